import { expect, test } from 'vitest';
import { parseAptStatus } from './apt-status.ts';

test('downloading fills the first part of the bar', () => {
  expect(parseAptStatus('dlstatus:3:50.0:Retrieving file 3 of 6')).toEqual({
    message: 'Retrieving file 3 of 6',
    fraction: 0.15,
  });
});

test('installing fills the rest, and keeps the colons of its text', () => {
  const progress = parseAptStatus('pmstatus:bind9:100.0:Installed bind9: done');
  expect(progress?.message).toBe('Installed bind9: done');
  expect(progress?.fraction).toBeCloseTo(1);
});

test('lines of other kinds are no progress', () => {
  expect(parseAptStatus('pmconffile:/etc/x:1:y')).toBeUndefined();
  expect(parseAptStatus('')).toBeUndefined();
});

import { expect, it } from 'vitest';
import type { FileCheckConfiguration } from '../configuration.ts';
import { judgeFile } from './file.ts';

const check = (weight: number, reverse = false): FileCheckConfiguration => ({
  ...{ kind: 'FILE_CHECK', name: 'load', path: '/run/load', weight, reverse },
  ...{ intervalMs: 250, timeoutMs: 1000, retries: 0, delayBeforeRetryMs: 0, warmupMs: 0 },
});

it.each([
  ['5\n', 2, false, 10],
  [' -5', 2, false, -10],
  ['5', -2, false, -10],
  ['5', 2, true, -10],
  ['0x10', 1, false, 16],
  ['010', 1, false, 8],
  ['+3 and more', 1, false, 3],
  ['none', 7, false, 0],
  ['', 7, true, 0],
  [undefined, 7, false, 0],
  ['70000', 1, false, 70_000],
  ['70000', 70_000, false, 0x7fff_ffff],
  ['-2147483647', 1, false, -0x7fff_ffff],
] as const)('%j with weight %i (reverse %s) adds %i', (content, weight, reverse, amount) => {
  expect(judgeFile(check(weight, reverse), content)).toMatchObject({ ok: true, weight: { type: 'add', amount } });
});

it.each([
  ['0', false, true],
  [undefined, false, true],
  ['1', false, false],
  ['-1', false, false],
  ['0', true, false],
  [undefined, true, false],
  ['2', true, true],
] as const)('%j with weight 0 (reverse %s) is well: %s', (content, reverse, ok) => {
  expect(judgeFile(check(0, reverse), content).ok).toBe(ok);
});

it('says what it saw', () => {
  expect(judgeFile(check(0), '3')).toEqual({ ok: false, reason: '/run/load says 3' });
  expect(judgeFile(check(0, true), undefined).reason).toBe('/run/load is not there, which counts as 0');
  expect(judgeFile(check(2), '-2147483647')).toEqual({
    ok: false,
    reason: '/run/load says -2147483647, which takes more than all weight',
  });
  expect(judgeFile(check(1), '9999999999')).not.toHaveProperty('weight');
});

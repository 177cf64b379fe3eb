import { expect, it } from 'vitest';
import { Lateness } from './lateness.ts';

it('has nothing to say before the first timer', () => {
  expect(new Lateness().summary()).toEqual({ count: 0, medianMs: 0, p99Ms: 0, maxMs: 0 });
});

it('tells the middle and the tail of the last thousand, and the worst of all', () => {
  const lateness = new Lateness();
  lateness.record(70);
  for (let index = 1; index <= 1000; index++) lateness.record(index / 1000);
  expect(lateness.summary()).toEqual({ count: 1001, medianMs: 0.5, p99Ms: 0.99, maxMs: 70 });
});

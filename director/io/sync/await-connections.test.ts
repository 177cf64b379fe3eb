import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { awaitConnections } from './await-connections.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** When it ends, in ms, and what it has counted; `told` gives the count at a time. */
async function waited(told: (ms: number) => number, endsAt = Infinity): Promise<[number, number]> {
  const start = performance.now();
  const since = (): number => performance.now() - start;
  const waiting = awaitConnections(
    { learned: () => Promise.resolve(told(since())) },
    () => undefined,
    () => since() >= endsAt,
  ).then((known): [number, number] => [since(), known]);
  await vi.runAllTimersAsync();
  return waiting;
}

it('waits for an answer for 400 ms, and no longer', async () => {
  expect(await waited(() => 0)).toEqual([400, 0]);
});

it('goes on as soon as nothing new has come for 100 ms', async () => {
  expect(await waited((ms) => (ms < 50 ? 0 : 30))).toEqual([150, 30]);
});

it('waits as long as they come, but for 5 s at most', async () => {
  expect(await waited((ms) => Math.min(ms, 2000))).toEqual([2100, 2000]);
  expect(await waited((ms) => ms + 1)).toEqual([5000, 5001]);
});

it('ends with the director', async () => {
  expect(await waited(() => 0, 100)).toEqual([100, 0]);
});

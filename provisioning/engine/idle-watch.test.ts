import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { IdleWatch } from './idle-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch(): {
  readonly need: (value: boolean) => void;
  readonly ended: () => boolean;
  readonly watch: IdleWatch;
} {
  let needed = false;
  let ended = false;
  const idle = new IdleWatch(
    () => needed,
    () => (ended = true),
  );
  return {
    watch: idle,
    ended: () => ended,
    need: (value) => {
      needed = value;
      idle.check();
    },
  };
}

test('an engine that was just started waits ten seconds for whoever started it', () => {
  const { ended } = watch();
  vi.advanceTimersByTime(9_999);
  expect(ended()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(ended()).toBe(true);
});

test('it stays as long as it is needed, and lingers at most 300 ms after that', () => {
  const { need, ended } = watch();
  need(true);
  vi.advanceTimersByTime(3_600_000);
  need(false);
  vi.advanceTimersByTime(200);
  expect(ended()).toBe(false);
  vi.advanceTimersByTime(100);
  expect(ended()).toBe(true);
});

test('the next command of a script finds it still there', () => {
  const { need, ended } = watch();
  need(true);
  need(false);
  vi.advanceTimersByTime(200);
  need(true);
  vi.advanceTimersByTime(3_600_000);
  expect(ended()).toBe(false);
});

test('stopped, it ends nothing any more', () => {
  const { watch: idle, ended } = watch();
  idle.stop();
  vi.advanceTimersByTime(3_600_000);
  expect(ended()).toBe(false);
});

import type { Clock } from '../clock.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that jumps from timer to timer, once everything that the last one set off has come to rest. */
export class VirtualClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(startAt: number) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Lets time pass until `work` is done; fails when time would pass `longestMs` without that. */
  async runUntilSettled<T>(work: Promise<T>, longestMs = 600_000): Promise<T> {
    const progress = { settled: false };
    const done = work.finally(() => (progress.settled = true));
    done.catch(() => undefined);
    const deadline = this.#now + longestMs;
    for (;;) {
      await rest();
      if (progress.settled) return done;
      this.#jump();
      if (this.#now > deadline) throw new Error(`not settled after ${longestMs} ms of virtual time`);
    }
  }

  #jump(): void {
    const next = [...this.#timers].sort((left, right) => left.at - right.at)[0];
    if (next === undefined) throw new Error('no timer is set, and the work is not done: it waits for ever');
    this.#timers.delete(next);
    this.#now = next.at;
    next.callback();
  }
}

/** Streams pass their data on over several turns of the event loop. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

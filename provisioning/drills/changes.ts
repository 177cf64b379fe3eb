import { RelevoError } from '../contract/index.ts';
import type { Clock } from './clock.ts';

/** Conditions that depend on time alone are looked at this often. */
const pollMs = 50;

/** Lets code wait until what has been observed so far fulfils a condition. */
export class Changes {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #waiting = new Set<() => void>();
  #failure: Error | undefined;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    signal.addEventListener('abort', this.notify, { once: true });
  }

  /** Something was observed: conditions are looked at again. */
  readonly notify = (): void => {
    for (const look of [...this.#waiting]) look();
  };

  /** Nothing more will be observed: everyone who waits, or will, gets `error`. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.notify();
  }

  /**
   * Resolves with true as soon as `condition` holds, with false after `longestMs`.
   * @throws RelevoError CANCELLED when the signal is set; the error given to `fail`
   */
  until(condition: () => boolean, longestMs: number): Promise<boolean> {
    const deadline = this.#clock.now() + longestMs;
    return new Promise((resolve, reject) => {
      let callOff: () => void = () => undefined;
      const end = (settle: () => void): void => {
        callOff();
        this.#waiting.delete(look);
        settle();
      };
      const look = (): void => {
        const failure = this.#cancelled() ?? this.#failure;
        if (failure !== undefined)
          end(() => {
            reject(failure);
          });
        else if (condition())
          end(() => {
            resolve(true);
          });
        else if (this.#clock.now() >= deadline)
          end(() => {
            resolve(false);
          });
      };
      const poll = (): void => {
        callOff = this.#clock.after(Math.min(pollMs, Math.max(0, deadline - this.#clock.now())), () => {
          look();
          if (this.#waiting.has(look)) poll();
        });
      };
      this.#waiting.add(look);
      look();
      if (this.#waiting.has(look)) poll();
    });
  }

  /** Waits, unless it fails or is cancelled. */
  async pause(durationMs: number): Promise<void> {
    await this.until(() => false, durationMs);
  }

  #cancelled(): RelevoError | undefined {
    return this.#signal.aborted ? new RelevoError('CANCELLED', 'The drill was cancelled.') : undefined;
  }
}

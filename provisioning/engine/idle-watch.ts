/** How long an engine that nobody needs waits for the next command of a script. */
const LINGER_MS = 250;
/** How long one that was just started waits for whoever started it. */
const FIRST_CLIENT_MS = 10_000;

/**
 * Ends an engine that was started on demand once it has neither labs nor clients, so that after `down` nothing of ours runs.
 * `check` is called whenever either may have changed.
 */
export class IdleWatch {
  readonly #isNeeded: () => boolean;
  readonly #onIdle: () => void;
  #timer: NodeJS.Timeout;

  constructor(isNeeded: () => boolean, onIdle: () => void) {
    this.#isNeeded = isNeeded;
    this.#onIdle = onIdle;
    this.#timer = this.#wait(FIRST_CLIENT_MS);
  }

  check(): void {
    clearTimeout(this.#timer);
    if (!this.#isNeeded()) this.#timer = this.#wait(LINGER_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => {
      if (!this.#isNeeded()) this.#onIdle();
    }, milliseconds).unref();
  }
}

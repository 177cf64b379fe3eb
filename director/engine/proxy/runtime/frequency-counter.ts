/**
 * Events in the last period, as HAProxy counts them (freq_ctr.h): those of the running period, and of the one before it the part that
 * is not over yet. Times are milliseconds of any one clock.
 */
export class FrequencyCounter {
  readonly periodMs: number;
  #since: number;
  #current = 0;
  #previous = 0;

  constructor(now: number, periodMs = 1000) {
    this.periodMs = periodMs;
    this.#since = now;
  }

  /** Answers how many there were in this period so far. */
  add(now: number, events = 1): number {
    this.#turn(now);
    this.#current += events;
    return this.#current;
  }

  /** Events a period; whole ones. */
  rate(now: number): number {
    this.#turn(now);
    // A single event of the last period would make the rate go up and down between 0 and 1.
    if (this.#current === 0 && this.#previous <= 1) return this.#previous;
    const left = this.periodMs - (now - this.#since);
    return this.#current + Math.floor((this.#previous * left) / this.periodMs);
  }

  clear(now: number): void {
    this.#since = now;
    this.#current = 0;
    this.#previous = 0;
  }

  #turn(now: number): void {
    const passed = now - this.#since;
    if (passed < this.periodMs) return;
    this.#previous = passed < 2 * this.periodMs ? this.#current : 0;
    this.#current = 0;
    this.#since = passed < 2 * this.periodMs ? this.#since + this.periodMs : now;
  }
}

/** How late timers fired, over the last thousand: a director whose timers wait is about to cause a false election. */
export interface LatenessSummary {
  /** All timers so far. */
  readonly count: number;
  /** Milliseconds, over the last thousand. */
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Of all timers so far. */
  readonly maxMs: number;
}

const remembered = 1000;

export class Lateness {
  readonly #recent = new Float64Array(remembered);
  #count = 0;
  #max = 0;

  record(milliseconds: number): void {
    this.#recent[this.#count % remembered] = milliseconds;
    this.#count++;
    this.#max = Math.max(this.#max, milliseconds);
  }

  summary(): LatenessSummary {
    const sorted = this.#recent.slice(0, Math.min(this.#count, remembered)).sort();
    const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
    const round = (value: number): number => Math.round(value * 1000) / 1000;
    return { count: this.#count, medianMs: round(at(0.5)), p99Ms: round(at(0.99)), maxMs: round(this.#max) };
  }
}

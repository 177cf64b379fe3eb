/** A small seeded generator (xorshift32 over a mixed seed): the same seed gives the same cases everywhere. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // One round of mixing, so that neighbouring seeds do not begin alike; 0 would stay 0.
    let mixed = (seed ^ 0x9e3779b9) >>> 0;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    this.#state = (mixed ^ (mixed >>> 16)) >>> 0 || 1;
  }

  /** 0 to 2^32-1. */
  word(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + (this.word() % (high - low + 1));
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.word() % times === 0;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.word() % choices.length];
    if (choice === undefined) throw new Error('There is nothing to choose from.');
    return choice;
  }

  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item) => ({ item, place: this.word() }))
      .sort((left, right) => left.place - right.place)
      .map(({ item }) => item);
  }
}

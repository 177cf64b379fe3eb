/** Something that is to be woken at a time, unless it happens before. */
export abstract class Sleeper {
  /** When; Infinity: never. */
  wakeAt = Infinity;
  /** Of the heap: when it comes up there, and where it is; -1: it is not in it. */
  plannedAt = Infinity;
  place = -1;

  abstract wake(now: number): void;
}

/**
 * Whose time comes first. A time that is put off, as those of connections are with every octet, costs nothing before it would have
 * come: only then the sleeper goes back to its new place.
 */
export class Deadlines {
  readonly #heap: Sleeper[] = [];

  /** When `run` wants to be called; Infinity: not before something is set. */
  get nextAt(): number {
    return this.#heap[0]?.plannedAt ?? Infinity;
  }

  set(sleeper: Sleeper, at: number): void {
    sleeper.wakeAt = at;
    if (at >= sleeper.plannedAt || at === Infinity) return;
    sleeper.plannedAt = at;
    if (sleeper.place === -1) sleeper.place = this.#heap.push(sleeper) - 1;
    this.#rise(sleeper);
  }

  /** It is never to be woken again, and is forgotten. */
  cancel(sleeper: Sleeper): void {
    sleeper.wakeAt = Infinity;
    if (sleeper.place !== -1) this.#remove(sleeper);
  }

  run(now: number): void {
    for (let first = this.#heap[0]; first !== undefined && first.plannedAt <= now; first = this.#heap[0]) {
      this.#remove(first);
      const { wakeAt } = first;
      if (wakeAt > now) this.set(first, wakeAt);
      else {
        first.wakeAt = Infinity;
        first.wake(now);
      }
    }
  }

  #remove(sleeper: Sleeper): void {
    const last = this.#heap.pop() as Sleeper;
    const { place } = sleeper;
    sleeper.place = -1;
    sleeper.plannedAt = Infinity;
    if (last === sleeper) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(sleeper: Sleeper): void {
    while (sleeper.place > 0) {
      const { place } = sleeper;
      const above = this.#heap[(place - 1) >> 1] as Sleeper;
      if (above.plannedAt <= sleeper.plannedAt) break;
      this.#put(sleeper, above.place);
      this.#put(above, place);
    }
  }

  #sink(sleeper: Sleeper): void {
    for (;;) {
      const { place } = sleeper;
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      const below = right !== undefined && left !== undefined && right.plannedAt < left.plannedAt ? right : left;
      if (below === undefined || below.plannedAt >= sleeper.plannedAt) break;
      this.#put(sleeper, below.place);
      this.#put(below, place);
    }
  }

  #put(sleeper: Sleeper, place: number): void {
    sleeper.place = place;
    this.#heap[place] = sleeper;
  }
}

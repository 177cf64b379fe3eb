import type { Waiting } from '../runtime/collaborators.ts';

interface Entry {
  /** Whole milliseconds: two lines compare who came first. */
  readonly since: number;
  /** How many had left for a server when it came. */
  readonly served: number;
}

/** A queue: who came first is served first. */
export class WaitingLine {
  readonly #entries = new Map<Waiting, Entry>();
  #served = 0;

  get length(): number {
    return this.#entries.size;
  }

  get first(): Waiting | undefined {
    for (const waiting of this.#entries.keys()) return waiting;
    return undefined;
  }

  /** When the first one came; Infinity: nobody is there. */
  get firstSince(): number {
    for (const { since } of this.#entries.values()) return since;
    return Infinity;
  }

  add(waiting: Waiting, now: number): void {
    this.#entries.set(waiting, { since: Math.floor(now), served: this.#served });
  }

  /** Answers its place as the log has it, from 1; undefined: it was not there. */
  remove(waiting: Waiting): number | undefined {
    const entry = this.#entries.get(waiting);
    if (entry === undefined) return undefined;
    this.#entries.delete(waiting);
    return this.#served - entry.served + 1;
  }

  /** Somebody was removed because a server had room. */
  countServed(): void {
    this.#served++;
  }

  all(): Waiting[] {
    return [...this.#entries.keys()];
  }
}

const NONE = -1;

/** Entry numbers in the order in which they became half-open, oldest first: a doubly linked list in typed arrays. */
export class HalfOpenQueue {
  private head = NONE;
  private tail = NONE;
  private next: Int32Array;
  private previous: Int32Array;

  constructor(capacity: number) {
    this.next = new Int32Array(capacity);
    this.previous = new Int32Array(capacity);
  }

  grow(capacity: number): void {
    const next = new Int32Array(capacity);
    next.set(this.next);
    this.next = next;
    const previous = new Int32Array(capacity);
    previous.set(this.previous);
    this.previous = previous;
  }

  /** -1 when there is none. */
  get oldest(): number {
    return this.head;
  }

  append(entry: number): void {
    this.next[entry] = NONE;
    this.previous[entry] = this.tail;
    if (this.tail === NONE) this.head = entry;
    else this.next[this.tail] = entry;
    this.tail = entry;
  }

  remove(entry: number): void {
    const next = this.next[entry] ?? NONE;
    const previous = this.previous[entry] ?? NONE;
    if (previous === NONE) this.head = next;
    else this.next[previous] = next;
    if (next === NONE) this.tail = previous;
    else this.previous[next] = previous;
  }
}

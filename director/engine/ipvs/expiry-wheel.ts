/** How finely entries expire. The kernel's timers are exact; a quarter second is below what its listings show. */
export const TICK_MS = 250;
/** One turn is 1024 s, above the longest default timeout (ESTABLISHED, 900 s); later deadlines take further turns. */
const SLOTS = 4096;
const NONE = -1;

/**
 * A timing wheel over entry numbers: doubly linked lists in typed arrays. Putting a deadline off costs nothing here, because
 * an entry that turns up too early is simply filed again; only an earlier deadline moves it.
 */
export class ExpiryWheel {
  private readonly heads = new Int32Array(SLOTS).fill(NONE);
  private next: Int32Array;
  /** Entry before this one; for the first of a list, the complement of its slot. */
  private previous: Int32Array;
  /** Tick at which the wheel comes by the entry. */
  private due: Uint32Array;
  private readonly epoch: number;
  private tick = 0;

  constructor(capacity: number, now: number) {
    this.next = new Int32Array(capacity);
    this.previous = new Int32Array(capacity);
    this.due = new Uint32Array(capacity);
    this.epoch = now;
  }

  grow(capacity: number): void {
    this.next = copyInto(new Int32Array(capacity), this.next);
    this.previous = copyInto(new Int32Array(capacity), this.previous);
    this.due = copyInto(new Uint32Array(capacity), this.due);
  }

  add(entry: number, deadline: number): void {
    const latest = this.tick + SLOTS - 1;
    const tick = Math.min(Math.max(Math.ceil((deadline - this.epoch) / TICK_MS), this.tick + 1), latest);
    this.due[entry] = tick;
    const slot = tick & (SLOTS - 1);
    const head = this.heads[slot] ?? NONE;
    this.next[entry] = head;
    this.previous[entry] = ~slot;
    if (head !== NONE) this.previous[head] = entry;
    this.heads[slot] = entry;
  }

  remove(entry: number): void {
    const next = this.next[entry] ?? NONE;
    const previous = this.previous[entry] ?? NONE;
    if (previous < 0) this.heads[~previous] = next;
    else this.next[previous] = next;
    if (next !== NONE) this.previous[next] = previous;
  }

  /** To be called when an entry's deadline changed. */
  update(entry: number, deadline: number): void {
    if ((deadline - this.epoch) / TICK_MS > (this.due[entry] ?? 0) - 1) return;
    this.remove(entry);
    this.add(entry, deadline);
  }

  /** Hands over every entry whose tick has come, taken out of the wheel; `visit` removes it or files it again. */
  advance(now: number, visit: (entry: number) => void): void {
    const target = Math.floor((now - this.epoch) / TICK_MS);
    // After a long sleep one full turn sees every list; walking each missed tick would see them again.
    if (target - this.tick > SLOTS) this.tick = target - SLOTS;
    while (this.tick < target) {
      this.tick += 1;
      const slot = this.tick & (SLOTS - 1);
      let entry = this.heads[slot] ?? NONE;
      this.heads[slot] = NONE;
      while (entry !== NONE) {
        const following = this.next[entry] ?? NONE;
        visit(entry);
        entry = following;
      }
    }
  }
}

function copyInto<Values extends Int32Array | Uint32Array>(target: Values, source: Values): Values {
  target.set(source);
  return target;
}

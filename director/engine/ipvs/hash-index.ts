/**
 * Finds entry numbers by hash: open addressing with linear probing, at most half full. Hash and number lie side by side, so
 * that a look-up reads one cache line of this index however many entries there are. Several entries may share a hash; the
 * caller compares keys.
 */
export class HashIndex {
  /** Pairs: entry number + 1 (0 = free), hash. */
  private slots: Int32Array;
  /** By entry number, for taking it out again. */
  private hashes: Int32Array;
  private mask: number;

  constructor(capacity: number) {
    this.slots = new Int32Array(capacity * 4);
    this.hashes = new Int32Array(capacity);
    this.mask = capacity * 2 - 1;
  }

  /** `capacity` is a power of two: the greatest number of entries. */
  grow(capacity: number): void {
    const old = this.slots;
    const hashes = new Int32Array(capacity);
    hashes.set(this.hashes);
    this.hashes = hashes;
    this.slots = new Int32Array(capacity * 4);
    this.mask = capacity * 2 - 1;
    for (let at = 0; at < old.length; at += 2) if (old[at] !== 0) this.place(old[at] ?? 0, old[at + 1] ?? 0);
  }

  /** `hash` is a signed or unsigned 32-bit number. */
  insert(entry: number, hash: number): void {
    this.hashes[entry] = hash;
    this.place(entry + 1, hash);
  }

  private place(value: number, hash: number): void {
    const { slots, mask } = this;
    let slot = hash & mask;
    while (slots[slot * 2] !== 0) slot = (slot + 1) & mask;
    slots[slot * 2] = value;
    slots[slot * 2 + 1] = hash;
  }

  /** Where a search for `hash` begins; go on with `entryAt` and `nextSlot` until it gives -1. */
  firstSlot(hash: number): number {
    return hash & this.mask;
  }

  nextSlot(slot: number): number {
    return (slot + 1) & this.mask;
  }

  entryAt(slot: number): number {
    return (this.slots[slot * 2] ?? 0) - 1;
  }

  /** Signed. */
  hashAt(slot: number): number {
    return this.slots[slot * 2 + 1] ?? 0;
  }

  /** Takes the entry out and closes the gap, so that searches need no tombstones. */
  remove(entry: number): void {
    const { slots, mask } = this;
    let gap = (this.hashes[entry] ?? 0) & mask;
    while (slots[gap * 2] !== entry + 1) gap = (gap + 1) & mask;
    let slot = gap;
    for (;;) {
      slot = (slot + 1) & mask;
      const moved = slots[slot * 2] ?? 0;
      if (moved === 0) break;
      const hash = slots[slot * 2 + 1] ?? 0;
      // It may move back into the gap unless its home lies behind the gap.
      if (((slot - (hash & mask)) & mask) < ((slot - gap) & mask)) continue;
      slots[gap * 2] = moved;
      slots[gap * 2 + 1] = hash;
      gap = slot;
    }
    slots[gap * 2] = 0;
  }
}

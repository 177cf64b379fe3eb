/**
 * Finds entry numbers by hash: open addressing with linear probing in one Int32Array, at most half full, so that a look-up
 * touches one or two cache lines however many entries there are. Several entries may share a hash; the caller compares keys.
 */
export class HashIndex {
  /** Entry number + 1; 0 = free. */
  private slots: Int32Array;
  /** By entry number. */
  private hashes: Uint32Array;

  constructor(capacity: number) {
    this.slots = new Int32Array(capacity * 2);
    this.hashes = new Uint32Array(capacity);
  }

  /** `capacity` is a power of two: the greatest number of entries. */
  grow(capacity: number): void {
    const old = this.slots;
    const hashes = new Uint32Array(capacity);
    hashes.set(this.hashes);
    this.hashes = hashes;
    this.slots = new Int32Array(capacity * 2);
    for (const slot of old) if (slot !== 0) this.place(slot - 1);
  }

  insert(entry: number, hash: number): void {
    this.hashes[entry] = hash;
    this.place(entry);
  }

  private place(entry: number): void {
    const mask = this.slots.length - 1;
    let slot = (this.hashes[entry] ?? 0) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = entry + 1;
  }

  /** Where a search for `hash` begins; go on with `entryAt` and `slot + 1` until it gives -1. */
  firstSlot(hash: number): number {
    return hash & (this.slots.length - 1);
  }

  nextSlot(slot: number): number {
    return (slot + 1) & (this.slots.length - 1);
  }

  entryAt(slot: number): number {
    return (this.slots[slot] ?? 0) - 1;
  }

  hashOf(entry: number): number {
    return this.hashes[entry] ?? 0;
  }

  /** Takes the entry out and closes the gap, so that searches need no tombstones. */
  remove(entry: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let gap = (this.hashes[entry] ?? 0) & mask;
    while (slots[gap] !== entry + 1) gap = (gap + 1) & mask;
    let slot = gap;
    for (;;) {
      slot = (slot + 1) & mask;
      const moved = slots[slot] ?? 0;
      if (moved === 0) break;
      const home = (this.hashes[moved - 1] ?? 0) & mask;
      // It may move back into the gap unless its home lies behind the gap.
      if (((slot - home) & mask) >= ((slot - gap) & mask)) {
        slots[gap] = moved;
        gap = slot;
      }
    }
    slots[gap] = 0;
  }
}

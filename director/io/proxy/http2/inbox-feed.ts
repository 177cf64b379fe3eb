import type { Inbox } from '../../../engine/proxy/wire.ts';
import { type Slab, SLAB_OCTETS, type SlabPool } from '../memory.ts';

/** Fills a wire's inbox from pieces that wait; holds a slab only while something is in it. */
export class InboxFeed {
  readonly #inbox: Inbox;
  readonly #slabs: SlabPool;
  readonly #moved: (by: number) => void;
  #waiting: Uint8Array[] = [];
  #slab: Slab | undefined;

  constructor(inbox: Inbox, slabs: SlabPool, moved: (by: number) => void) {
    this.#inbox = inbox;
    this.#slabs = slabs;
    this.#moved = moved;
  }

  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  put(piece: Uint8Array): void {
    if (piece.length > 0) this.#waiting.push(piece);
  }

  /** Takes in what there is room for; false if there is none. */
  fill(): boolean {
    if (this.#waiting.length === 0) return true;
    if (!this.#makeRoom()) return false;
    const inbox = this.#inbox;
    let taken = 0;
    for (const piece of this.#waiting) {
      const octets = Math.min(piece.length, SLAB_OCTETS - inbox.to);
      inbox.buffer.set(piece.subarray(0, octets), inbox.to);
      inbox.to += octets;
      if (octets < piece.length) {
        this.#waiting[taken] = piece.subarray(octets);
        break;
      }
      taken++;
    }
    this.#waiting.splice(0, taken);
    return true;
  }

  /** The slab is somebody else's as soon as all of it is used up. */
  giveBack(): void {
    const inbox = this.#inbox;
    if (inbox.from !== inbox.to || this.#slab === undefined) return;
    if (inbox.from !== 0) this.#move(-inbox.from);
    this.#slabs.give(this.#slab);
    this.#slab = undefined;
  }

  /** Whatever is left is of no use any more. */
  drop(): void {
    this.#waiting = [];
    if (this.#slab !== undefined) this.#slabs.give(this.#slab);
    this.#slab = undefined;
  }

  #makeRoom(): boolean {
    const inbox = this.#inbox;
    if (this.#slab === undefined) {
      this.#slab = this.#slabs.take();
      inbox.buffer = this.#slab.octets;
    }
    if (inbox.to < SLAB_OCTETS) return true;
    if (inbox.from === 0) return false;
    this.#slab.octets.copyWithin(0, inbox.from, inbox.to);
    this.#move(-inbox.from);
    return true;
  }

  #move(by: number): void {
    this.#inbox.from += by;
    this.#inbox.to += by;
    this.#moved(by);
  }
}

import { Inbox, type WireUser } from '../../engine/proxy/wire.ts';
import { SLAB_OCTETS, type Slab, type SlabPool } from './memory.ts';

/** An inbox whose memory is a slab, only while there is something in it. */
export class SlabInbox extends Inbox {
  readonly #slabs: SlabPool;
  #slab: Slab | undefined;

  constructor(slabs: SlabPool) {
    super();
    this.#slabs = slabs;
  }

  /** Octets that fit behind what is there. */
  get room(): number {
    return SLAB_OCTETS - this.to;
  }

  /** Where they go; only after `makeRoom`. */
  get address(): number {
    return (this.#slab as Slab).address + this.to;
  }

  /** False when it is full. The user is told where its octets went. */
  makeRoom(user: WireUser): boolean {
    if (this.#slab === undefined) {
      this.#slab = this.#slabs.take();
      this.buffer = this.#slab.octets;
    }
    if (this.room > 0) return true;
    if (this.from === 0) return false;
    this.buffer.copyWithin(0, this.from, this.to);
    this.#move(-this.from, user);
    return true;
  }

  /** Nothing is in it: its memory is for others. */
  giveBack(user: WireUser): void {
    if (this.from !== this.to || this.#slab === undefined) return;
    if (this.from !== 0) this.#move(-this.from, user);
    this.free();
  }

  /** Whatever is in it. */
  free(): void {
    if (this.#slab !== undefined) this.#slabs.give(this.#slab);
    this.#slab = undefined;
  }

  #move(by: number, user: WireUser): void {
    this.from += by;
    this.to += by;
    user.moved(by);
  }
}

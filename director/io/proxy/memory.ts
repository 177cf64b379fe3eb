import { anonymousMemory } from '../libc.ts';

/** Octets of one piece of memory whose address the system's calls can be told. */
export interface Slab {
  readonly octets: Buffer;
  readonly address: number;
}

/** More than a head may have, and enough that a long body does not take many calls. */
export const SLAB_OCTETS = 65_536;
/** The system gives memory in pieces of so many slabs; a slab takes real memory only as far as it is used. */
const SLABS_AT_ONCE = 64;

/** Slabs for octets on their way. Connections on which nothing is on its way have none. */
export class SlabPool {
  readonly #free: Slab[] = [];
  readonly #addresses = new WeakMap<Uint8Array, number>();
  #taken = 0;

  get taken(): number {
    return this.#taken;
  }

  /** undefined for octets that are no slab's. */
  addressOf(octets: Uint8Array): number | undefined {
    return this.#addresses.get(octets);
  }

  take(): Slab {
    if (this.#free.length === 0) this.#grow();
    this.#taken++;
    return this.#free.pop() as Slab;
  }

  give(slab: Slab): void {
    this.#taken--;
    this.#free.push(slab);
  }

  #grow(): void {
    const { address, memory } = anonymousMemory(SLAB_OCTETS * SLABS_AT_ONCE);
    // The first one taken is the one of the lowest address: what is used again and again stays together.
    for (let index = SLABS_AT_ONCE - 1; index >= 0; index--) {
      const offset = index * SLAB_OCTETS;
      const octets = Buffer.from(memory, offset, SLAB_OCTETS);
      this.#addresses.set(octets, address + offset);
      this.#free.push({ octets, address: address + offset });
    }
  }
}

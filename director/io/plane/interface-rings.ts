import { geometries, ReceiveRing } from './receive-ring.ts';
import { encodeFilter } from './socket-filter.ts';
import type { Filters } from './socket-filter.ts';

/** Both rings of an interface, drained in the order in which their frames came. */
export class InterfaceRings {
  readonly interfaceIndex: number;
  readonly small: ReceiveRing;
  readonly large: ReceiveRing;

  constructor(link: { readonly index: number; readonly name: string }, filters: Filters) {
    this.interfaceIndex = link.index;
    this.small = new ReceiveRing(link, geometries.small, encodeFilter(filters.small));
    try {
      this.large = new ReceiveRing(link, geometries.large, encodeFilter(filters.large));
    } catch (error) {
      this.small.close();
      throw error;
    }
  }

  get both(): readonly ReceiveRing[] {
    return [this.small, this.large];
  }

  /** Calls `visit` for up to `limit` frames that hold a packet for the engine. Returns how many frames were looked at. */
  drain(limit: number, visit: (ring: ReceiveRing) => void): number {
    const { small, large } = this;
    let seen = 0;
    let smallSince = small.waitingSince();
    let largeSince = large.waitingSince();
    while (seen < limit) {
      if (smallSince <= largeSince) {
        if (smallSince === Infinity) break;
        if (small.take()) visit(small);
        smallSince = small.waitingSince();
      } else {
        if (large.take()) visit(large);
        largeSince = large.waitingSince();
      }
      // A frame that came before the one that was just seen can lie in the other ring only if it did so already.
      if (smallSince === Infinity) smallSince = small.waitingSince();
      if (largeSince === Infinity) largeSince = large.waitingSince();
      seen += 1;
    }
    return seen;
  }

  release(): void {
    this.small.release();
    this.large.release();
  }

  setFilters(filters: Filters): void {
    this.small.setFilter(encodeFilter(filters.small));
    this.large.setFilter(encodeFilter(filters.large));
  }

  takeDrops(): number {
    return this.small.takeDrops() + this.large.takeDrops();
  }

  close(): void {
    this.small.close();
    this.large.close();
  }
}

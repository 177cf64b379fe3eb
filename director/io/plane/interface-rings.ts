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
    for (let seen = 0; seen < limit; seen++) {
      const ring = this.first();
      if (ring === undefined) return seen;
      if (ring.take()) visit(ring);
    }
    return limit;
  }

  /**
   * The ring with the oldest frame. The small one is looked at again after a frame was seen in the large one: what came before
   * that frame is there by then.
   */
  private first(): ReceiveRing | undefined {
    const { small, large } = this;
    const isSmallWaiting = small.isWaiting();
    if (!large.isWaiting()) return isSmallWaiting ? small : undefined;
    if (!isSmallWaiting && !small.isWaiting()) return large;
    return small.waitingSince() <= large.waitingSince() ? small : large;
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

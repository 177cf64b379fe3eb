import type { Filters } from './frame-gate.ts';
import { ReceiveRing } from './receive-ring.ts';

/** Both rings of an interface, drained in the order in which their frames came. */
export class InterfaceRings {
  readonly interfaceIndex: number;
  readonly small: ReceiveRing;
  readonly large: ReceiveRing;

  constructor(link: { readonly index: number; readonly name: string }, filters: Filters) {
    this.interfaceIndex = link.index;
    this.small = new ReceiveRing(link, 'small', filters);
    try {
      this.large = new ReceiveRing(link, 'large', filters);
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
    this.small.setFilter(filters);
    this.large.setFilter(filters);
  }

  takeDrops(): number {
    return this.small.takeDrops() + this.large.takeDrops();
  }

  close(): void {
    this.small.close();
    this.large.close();
  }
}

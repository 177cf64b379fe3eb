import type { Address } from '../address.ts';
import type { Destination, VirtualService } from './service.ts';
import { sameAddress } from '../address.ts';

/** A removed server that nothing refers to is forgotten after this long (ip_vs.h, IP_VS_DEST_TRASH_PERIOD). */
const TRASH_PERIOD_MS = 120_000;
const SWEEP_MS = TRASH_PERIOD_MS / 2;

/**
 * Servers that left the table: their connections go on being counted, and one that comes back finds them and its counters
 * again, which schedulers see (ip_vs_trash_get_dest).
 */
export class DestinationTrash {
  private readonly items = new Map<Destination, { idleSince: number | undefined }>();
  private nextSweep = Infinity;

  add(destination: Destination, now: number): void {
    if (this.items.size === 0) this.nextSweep = now + SWEEP_MS;
    this.items.set(destination, { idleSince: undefined });
  }

  /** Takes the server out, if it is there. */
  take(service: VirtualService, address: Address, port: number): Destination | undefined {
    // The kernel puts new ones at the head and looks from there.
    for (const one of [...this.items.keys()].reverse()) {
      if (one.port !== port || !sameAddress(one.address, address) || !isSame(one.service, service)) continue;
      this.items.delete(one);
      return one;
    }
    return undefined;
  }

  /** Calls `forget` for those that have been idle long enough. To be called once a minute or more often. */
  sweep(now: number, forget: (destination: Destination) => void): void {
    if (now < this.nextSweep) return;
    this.nextSweep = this.items.size === 0 ? Infinity : now + SWEEP_MS;
    for (const [one, item] of this.items) {
      if (one.references > 0) continue;
      item.idleSince ??= now;
      if (now - item.idleSince < TRASH_PERIOD_MS) continue;
      this.items.delete(one);
      forget(one);
    }
  }
}

/** Also a service that was removed and added again: it is another object with the same name. */
function isSame(left: VirtualService, right: VirtualService): boolean {
  if (left.mark !== right.mark || left.protocol !== right.protocol) return false;
  return right.mark !== 0 || (left.port === right.port && sameAddress(left.address, right.address));
}

import type { Packet } from '../packet/packet.ts';

/** net.ipv4.ipfrag_time: how long later fragments may follow the first. */
const LIFETIME_MS = 30_000;
const SLOTS = 1024;

/** What was done to a datagram's first fragment. */
export interface FragmentRoute {
  readonly incoming: boolean;
  readonly entry: number;
}

interface Remembered extends FragmentRoute {
  readonly source: number;
  readonly destination: number;
  readonly identification: number;
  readonly protocol: number;
  readonly until: number;
}

/**
 * Later fragments carry no ports, so they follow the first fragment of their datagram (same source, destination, protocol
 * and identification, RFC 791 section 3.2). Nothing is reassembled: a later fragment that overtakes the first is lost, and a
 * datagram whose first fragment shares a slot with a newer one, too. Linux sends fragments in order.
 */
export class FragmentMemory {
  private readonly slots: (Remembered | undefined)[] = [];

  remember(packet: Packet, route: FragmentRoute, now: number): void {
    this.slots[slotOf(packet)] = {
      ...route,
      source: packet.source,
      destination: packet.destination,
      identification: packet.identification(),
      protocol: packet.protocol,
      until: now + LIFETIME_MS,
    };
  }

  recall(packet: Packet, now: number): FragmentRoute | undefined {
    const found = this.slots[slotOf(packet)];
    if (found === undefined || found.until < now) return undefined;
    const same =
      found.source === packet.source &&
      found.destination === packet.destination &&
      found.identification === packet.identification() &&
      found.protocol === packet.protocol;
    return same ? found : undefined;
  }
}

function slotOf(packet: Packet): number {
  const mixed = Math.imul(packet.source ^ packet.identification(), 0x9e3779b1) ^ packet.destination;
  return (mixed ^ (mixed >>> 16)) & (SLOTS - 1);
}

import type { Packet } from '../packet/packet.ts';

/** net.ipv4.ipfrag_time: how long the fragments of a datagram may take. */
const LIFETIME_MS = 30_000;
const SLOTS = 1024;
/** Fragments that came before the first of their datagram, kept until it comes; in all, and in bytes. */
const MOST_HELD = 256;
const MOST_HELD_BYTES = 1 << 20;

/** What was done to a datagram's first fragment. */
export interface FragmentRoute {
  readonly incoming: boolean;
  readonly entry: number;
}

interface Datagram {
  /** Source and destination. */
  readonly addresses: Uint32Array;
  readonly identification: number;
  readonly protocol: number;
  readonly until: number;
}

interface Remembered extends FragmentRoute, Datagram {}

/** A frame that waits, for `Packet.load`. */
interface Held extends Datagram {
  readonly frame: Uint8Array;
}

/**
 * Later fragments carry no ports, so they follow the first fragment of their datagram (same source, destination, protocol
 * and identification, RFC 791 section 3.2, RFC 8200 section 4.5). Nothing is reassembled: fragments that overtake the first
 * wait for it. A datagram whose first fragment shares a slot with a newer one is lost.
 */
export class FragmentMemory {
  private readonly slots: (Remembered | undefined)[] = [];
  private held: Held[] = [];
  private heldBytes = 0;

  remember(packet: Packet, route: FragmentRoute, now: number): void {
    this.slots[slotOf(packet)] = { ...route, ...datagramOf(packet, now) };
  }

  recall(packet: Packet, now: number): FragmentRoute | undefined {
    const found = this.slots[slotOf(packet)];
    if (found === undefined || found.until < now) return undefined;
    return isOf(found, packet) ? found : undefined;
  }

  /** Keeps a later fragment whose first has not come; the oldest make room. */
  hold(packet: Packet, now: number): void {
    const frame = packet.bytes.slice(packet.start, packet.start + packet.length);
    this.held = this.held.filter(({ until }) => until >= now);
    this.held.push({ ...datagramOf(packet, now), frame });
    this.heldBytes = this.held.reduce((sum, one) => sum + one.frame.length, 0);
    while (this.held.length > MOST_HELD || this.heldBytes > MOST_HELD_BYTES) {
      this.heldBytes -= this.held.shift()?.frame.length ?? 0;
    }
  }

  /** The frames that waited for this first fragment, in the order in which they came; they wait no more. */
  take(packet: Packet): Uint8Array[] {
    if (this.held.length === 0) return [];
    const ours = this.held.filter((one) => isOf(one, packet));
    if (ours.length > 0) this.held = this.held.filter((one) => !ours.includes(one));
    return ours.map(({ frame }) => frame);
  }
}

function datagramOf(packet: Packet, now: number): Datagram {
  return {
    addresses: packet.addresses.slice(),
    identification: packet.identification(),
    protocol: packet.protocol,
    until: now + LIFETIME_MS,
  };
}

function isOf({ addresses, identification, protocol }: Datagram, packet: Packet): boolean {
  return (
    identification === packet.identification() &&
    protocol === packet.protocol &&
    addresses.every((word, index) => word === packet.addresses[index])
  );
}

function slotOf(packet: Packet): number {
  const { addresses } = packet;
  const ends = (addresses[3] ?? 0) ^ Math.imul((addresses[7] ?? 0) ^ (addresses[2] ?? 0), 0x85ebca6b);
  const mixed = Math.imul(ends ^ packet.identification(), 0x9e3779b1);
  return (mixed ^ (mixed >>> 16)) & (SLOTS - 1);
}

import type { Family } from '../../../engine/address.ts';
import { addressDelta, fold, wordDelta } from '../../../engine/packet/checksum.ts';
import { ETHERNET_HEADER, ETHERTYPE_IPV4, ETHERTYPE_IPV6, PROTOCOL_TCP } from '../../../engine/packet/packet.ts';

/**
 * A lease lets the kernel forward the packets of one direction of a connection for a moment, as the engine has just decided
 * for one of them. In the map of leases the key is the packet's addresses, ports and protocol, and the value tells until
 * when, up to what size, what was forwarded so far, and how to rewrite. Everything the programs read is in the machine's
 * byte order, everything they copy into packets in network order.
 */
export const KEY_SIZE = 40;
export const keyAt = { source: 0, destination: 16, ports: 32, kind: 36 } as const;

/** The last part is what the deciding program hands to the forwarding one. */
export const leaseAt = { until: 0, packets: 8, bytes: 16, mtu: 24, order: 32 } as const;

/** Offsets within the order. */
export const orderAt = {
  valid: 0,
  interface: 4,
  ethernet: 8,
  family: 22,
  translates: 23,
  address: 24,
  headerDelta: 40,
  addressDelta: 44,
  portBefore: 48,
  portAfter: 50,
  addressOffset: 52,
  portOffset: 53,
  checksumOffset: 54,
  checksumFlags: 55,
} as const;
export const ORDER_SIZE = 56;
export const LEASE_SIZE = leaseAt.order + ORDER_SIZE;

/** BPF_F_MARK_MANGLED_0: a UDP sender may leave the checksum out, and one that comes out as 0 is written as ones. */
const MANGLED_ZERO = 0x20;

/** Where things are in frames whose IP header has neither options nor extension headers. */
export const frame = {
  4: { source: 26, destination: 30, transport: ETHERNET_HEADER + 20, addressLength: 4, timeToLive: 22 },
  6: { source: 22, destination: 38, transport: ETHERNET_HEADER + 40, addressLength: 16, timeToLive: 21 },
} as const;

/** What packets a lease is about. Addresses are four words each; an IPv4 address is the last. */
export interface LeasedFlow {
  readonly family: Family;
  readonly protocol: number;
  readonly source: Uint32Array;
  readonly destination: Uint32Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** What becomes of them. */
export interface LeasedWay {
  readonly interfaceIndex: number;
  /** Of IP packets, in bytes. */
  readonly mtu: number;
  /** The first 12 bytes of the frames: receiver, sender. */
  readonly hardwareAddresses: Uint8Array;
  /** Undefined: addresses and ports stay. */
  readonly translation?: {
    readonly end: 'source' | 'destination';
    readonly address: Uint32Array;
    readonly port: number;
  };
}

export function encodeKey(flow: LeasedFlow): Uint8Array {
  const bytes = new Uint8Array(KEY_SIZE);
  const view = new DataView(bytes.buffer);
  for (let word = 0; word < 4; word++) {
    view.setUint32(keyAt.source + word * 4, flow.source[word] ?? 0);
    view.setUint32(keyAt.destination + word * 4, flow.destination[word] ?? 0);
  }
  view.setUint16(keyAt.ports, flow.sourcePort);
  view.setUint16(keyAt.ports + 2, flow.destinationPort);
  view.setUint32(keyAt.kind, kindOf(flow.family, flow.protocol), true);
  return bytes;
}

export function kindOf(family: Family, protocol: number): number {
  return (family << 8) | protocol;
}

/** `until`: nanoseconds of CLOCK_MONOTONIC. */
export function encodeLease(flow: LeasedFlow, way: LeasedWay, until: bigint): Uint8Array {
  const bytes = new Uint8Array(LEASE_SIZE);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(leaseAt.until, until, true);
  view.setUint32(leaseAt.mtu, way.mtu, true);
  writeOrder(new DataView(bytes.buffer, leaseAt.order), flow, way);
  return bytes;
}

function writeOrder(order: DataView, flow: LeasedFlow, way: LeasedWay): void {
  const { family } = flow;
  order.setUint32(orderAt.valid, 1, true);
  order.setUint32(orderAt.interface, way.interfaceIndex, true);
  new Uint8Array(order.buffer, order.byteOffset).set(way.hardwareAddresses, orderAt.ethernet);
  order.setUint16(orderAt.ethernet + 12, family === 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
  order.setUint8(orderAt.family, family);
  // The hop that the packet has behind it is in the header's checksum, too: 1 less in the high byte of a word.
  const hop = family === 4 ? wordDelta(0x0100, 0) : 0;
  setDelta(order, orderAt.headerDelta, hop);
  if (way.translation !== undefined) writeTranslation(order, flow, way.translation, hop);
}

function writeTranslation(
  order: DataView,
  flow: LeasedFlow,
  { end, address, port }: NonNullable<LeasedWay['translation']>,
  hop: number,
): void {
  const { addressLength, transport, ...at } = frame[flow.family];
  const words = addressLength / 4;
  const delta = addressDelta(flow[end], 0, address, 0);
  order.setUint8(orderAt.translates, 1);
  for (let word = 0; word < words; word++) order.setUint32(orderAt.address + word * 4, address[4 - words + word] ?? 0);
  if (flow.family === 4) setDelta(order, orderAt.headerDelta, hop + delta);
  setDelta(order, orderAt.addressDelta, delta);
  order.setUint16(orderAt.portBefore, end === 'source' ? flow.sourcePort : flow.destinationPort);
  order.setUint16(orderAt.portAfter, port);
  order.setUint8(orderAt.addressOffset, at[end]);
  order.setUint8(orderAt.portOffset, transport + (end === 'source' ? 0 : 2));
  const isTcp = flow.protocol === PROTOCOL_TCP;
  order.setUint8(orderAt.checksumOffset, transport + (isTcp ? 16 : 6));
  order.setUint8(orderAt.checksumFlags, isTcp ? 0 : MANGLED_ZERO);
}

/** The kernel adds the difference of two sums as it finds them in memory: in network order. */
function setDelta(order: DataView, at: number, delta: number): void {
  order.setUint16(at, fold(delta));
}

export interface Usage {
  readonly packets: number;
  readonly bytes: number;
}

/** What was forwarded since the lease was given. */
export function readUsage(lease: DataView): Usage {
  return {
    packets: Number(lease.getBigUint64(leaseAt.packets, true)),
    bytes: Number(lease.getBigUint64(leaseAt.bytes, true)),
  };
}

import { checksum } from './checksum.ts';
import { PROTOCOL_ICMP } from './packet.ts';
import type { Packet } from './packet.ts';

export const ICMP_DESTINATION_UNREACHABLE = 3;
export const ICMP_SOURCE_QUENCH = 4;
export const ICMP_TIME_EXCEEDED = 11;
export const ICMP_PARAMETER_PROBLEM = 12;

export const HOST_UNREACHABLE = 1;
export const PORT_UNREACHABLE = 3;
export const FRAGMENTATION_NEEDED = 4;

const IPV4_HEADER = 20;
const ICMP_HEADER = 8;
/** Linux quotes as much as fits in the smallest datagram that every host accepts (RFC 1812 section 4.3.2.3). */
const LARGEST_ERROR = 576;
const PRECEDENCE_INTERNET_CONTROL = 0xc0;
const TOS_MASK = 0x1e;
const DEFAULT_TIME_TO_LIVE = 64;

export interface IcmpError {
  readonly type: number;
  readonly code: number;
  /** The second header word: the next hop's MTU for "fragmentation needed" (RFC 1191 section 4). */
  readonly parameter?: number;
}

/** True for the types that carry the header of the packet they complain about (RFC 792). */
export function isIcmpError(type: number): boolean {
  return (
    type === ICMP_DESTINATION_UNREACHABLE ||
    type === ICMP_SOURCE_QUENCH ||
    type === ICMP_TIME_EXCEEDED ||
    type === ICMP_PARAMETER_PROBLEM
  );
}

/**
 * An IPv4 datagram that tells the sender of `packet` about an error, or undefined where RFC 1122 section 3.2.2 forbids one:
 * about ICMP errors, later fragments, and senders that are no single host.
 */
export function buildIcmpError(packet: Packet, error: IcmpError, source: number): Uint8Array | undefined {
  if (source === 0 || packet.isLaterFragment() || !isUnicast(packet.source)) return undefined;
  if (packet.protocol === PROTOCOL_ICMP && isIcmpError(packet.view.getUint8(packet.transport))) return undefined;
  const quoted = Math.min(packet.ipLength, LARGEST_ERROR - IPV4_HEADER - ICMP_HEADER);
  const datagram = new Uint8Array(IPV4_HEADER + ICMP_HEADER + quoted);
  datagram.set(packet.bytes.subarray(packet.ip, packet.ip + quoted), IPV4_HEADER + ICMP_HEADER);
  const view = new DataView(datagram.buffer);
  const typeOfService = (packet.view.getUint8(packet.ip + 1) & TOS_MASK) | PRECEDENCE_INTERNET_CONTROL;
  writeIpv4Header(view, { source, destination: packet.source, protocol: PROTOCOL_ICMP, typeOfService });
  view.setUint8(IPV4_HEADER, error.type);
  view.setUint8(IPV4_HEADER + 1, error.code);
  view.setUint32(IPV4_HEADER + 4, error.parameter ?? 0);
  view.setUint16(IPV4_HEADER + 2, checksum(view, IPV4_HEADER, ICMP_HEADER + quoted));
  return datagram;
}

function isUnicast(address: number): boolean {
  const first = address >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}

interface Ipv4Fields {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly typeOfService?: number;
  /** Flags and offset word. */
  readonly fragment?: number;
}

/** Writes a 20-byte header for a datagram that fills `view`. */
export function writeIpv4Header(view: DataView, fields: Ipv4Fields): void {
  view.setUint8(0, 0x45);
  view.setUint8(1, fields.typeOfService ?? 0);
  view.setUint16(2, view.byteLength);
  view.setUint16(6, fields.fragment ?? 0);
  view.setUint8(8, DEFAULT_TIME_TO_LIVE);
  view.setUint8(9, fields.protocol);
  view.setUint32(12, fields.source);
  view.setUint32(16, fields.destination);
  view.setUint16(10, 0);
  view.setUint16(10, checksum(view, 0, IPV4_HEADER));
}

import { checksum, pseudoHeaderSum } from './checksum.ts';
import { finishChecksum } from './finish-checksum.ts';
import { DEFAULT_TIME_TO_LIVE, headerLength, readTrafficClass, writeIpHeader } from './ip-header.ts';
import { PROTOCOL_ICMP, PROTOCOL_ICMPV6 } from './packet.ts';
import type { Packet } from './packet.ts';

const ICMP_DESTINATION_UNREACHABLE = 3;
const ICMP_SOURCE_QUENCH = 4;
const ICMP_TIME_EXCEEDED = 11;
const ICMP_PARAMETER_PROBLEM = 12;
const CODE_FRAGMENTATION_NEEDED = 4;
const ICMPV6_DESTINATION_UNREACHABLE = 1;
const ICMPV6_PACKET_TOO_BIG = 2;
const ICMPV6_TIME_EXCEEDED = 3;
/** Errors are the types below 128 (RFC 4443 section 2.1). */
const ICMPV6_FIRST_INFORMATION = 128;
const ICMPV6_REDIRECT = 137;

const ICMP_HEADER = 8;
/** Linux quotes as much as fits in the smallest datagram that every host accepts (RFC 1812 section 4.3.2.3, RFC 4443 section 2.4). */
const LARGEST_ERROR = { 4: 576, 6: 1280 } as const;
const PRECEDENCE_INTERNET_CONTROL = 0xc0;
const TOS_MASK = 0x1e;

/** What happened to a packet; each is a type and code of ICMP and another of ICMPv6. */
export type Complaint = 'host-unreachable' | 'port-unreachable' | 'too-big' | 'time-exceeded';

const codes = {
  4: {
    'host-unreachable': [ICMP_DESTINATION_UNREACHABLE, 1],
    'port-unreachable': [ICMP_DESTINATION_UNREACHABLE, 3],
    'too-big': [ICMP_DESTINATION_UNREACHABLE, CODE_FRAGMENTATION_NEEDED],
    'time-exceeded': [ICMP_TIME_EXCEEDED, 0],
  },
  6: {
    'host-unreachable': [ICMPV6_DESTINATION_UNREACHABLE, 3],
    'port-unreachable': [ICMPV6_DESTINATION_UNREACHABLE, 4],
    'too-big': [ICMPV6_PACKET_TOO_BIG, 0],
    'time-exceeded': [ICMPV6_TIME_EXCEEDED, 0],
  },
} as const;

export interface IcmpError {
  readonly type: number;
  readonly code: number;
  /** The second header word: the next hop's MTU (RFC 1191 section 4, RFC 4443 section 3.2). */
  readonly parameter?: number;
}

/** `mtu` in bytes, for `too-big`. */
export function icmpErrorOf(family: 4 | 6, complaint: Complaint, mtu = 0): IcmpError {
  const [type, code] = codes[family][complaint];
  return { type, code, parameter: mtu };
}

/** True for the messages that carry the header of the packet they complain about (RFC 792, RFC 4443). */
export function isIcmpError(packet: Packet): boolean {
  const type = packet.view.getUint8(packet.transport);
  if (packet.protocol === PROTOCOL_ICMPV6) return type < ICMPV6_FIRST_INFORMATION;
  return (
    type === ICMP_DESTINATION_UNREACHABLE ||
    type === ICMP_SOURCE_QUENCH ||
    type === ICMP_TIME_EXCEEDED ||
    type === ICMP_PARAMETER_PROBLEM
  );
}

/** "Fragmentation needed" or "packet too big". */
export function isTooBigMessage(packet: Packet): boolean {
  const { view, transport } = packet;
  const type = view.getUint8(transport);
  if (packet.protocol === PROTOCOL_ICMPV6) return type === ICMPV6_PACKET_TOO_BIG;
  return type === ICMP_DESTINATION_UNREACHABLE && view.getUint8(transport + 1) === CODE_FRAGMENTATION_NEEDED;
}

/** Those of them about which the kernel's IPVS looks for a flow (ip_vs_in_icmp, ip_vs_in_icmp_v6). */
export function isFollowedIcmpError(packet: Packet): boolean {
  return (
    isIcmpError(packet) && (packet.family === 6 || packet.view.getUint8(packet.transport) !== ICMP_PARAMETER_PROBLEM)
  );
}

/**
 * A datagram that tells the sender of `packet` about an error, from the address in `source`; undefined where RFC 1122 section
 * 3.2.2 and RFC 4443 section 2.4 forbid one: about ICMP errors, later fragments, and senders that are no single host.
 */
export function buildIcmpError(packet: Packet, error: IcmpError, source: Uint32Array, at = 0): Uint8Array | undefined {
  if (!mayComplain(packet) || isUnspecified(source, at)) return undefined;
  const { family } = packet;
  const header = headerLength(family);
  // The quotation must look as the sender sent it.
  if (packet.segmentSize === 0) finishChecksum(packet);
  const quoted = Math.min(packet.ipLength, LARGEST_ERROR[family] - header - ICMP_HEADER);
  const datagram = new Uint8Array(header + ICMP_HEADER + quoted);
  datagram.set(packet.bytes.subarray(packet.ip, packet.ip + quoted), header + ICMP_HEADER);
  const view = new DataView(datagram.buffer);
  const protocol = family === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
  const trafficClass =
    family === 4 ? (readTrafficClass(packet.view, packet.ip, 4) & TOS_MASK) | PRECEDENCE_INTERNET_CONTROL : 0;
  writeIpHeader(view, 0, datagram.length, {
    family,
    protocol,
    source,
    sourceAt: at,
    destination: packet.addresses,
    destinationAt: 0,
    trafficClass,
    timeToLive: DEFAULT_TIME_TO_LIVE,
    fragment: 0,
    identification: 0,
  });
  view.setUint8(header, error.type);
  view.setUint8(header + 1, error.code);
  view.setUint32(header + 4, error.parameter ?? 0);
  const length = ICMP_HEADER + quoted;
  const pseudo = family === 4 ? 0 : pseudoHeaderSum(endsOf(view), PROTOCOL_ICMPV6, length);
  view.setUint16(header + 2, checksum(view, header, length, pseudo));
  return datagram;
}

/** The addresses of an IPv6 datagram of our own, as pseudoHeaderSum wants them. */
function endsOf(view: DataView): Uint32Array {
  const words = new Uint32Array(8);
  for (let word = 0; word < 8; word++) words[word] = view.getUint32(8 + word * 4);
  return words;
}

function mayComplain(packet: Packet): boolean {
  if (packet.isLaterFragment() || !isUnicast(packet)) return false;
  if (!packet.isIcmp()) return true;
  return !isIcmpError(packet) && packet.view.getUint8(packet.transport) !== ICMPV6_REDIRECT;
}

function isUnicast({ family, addresses }: Packet): boolean {
  if (family === 6) return (addresses[0] ?? 0) >>> 24 !== 0xff && !isUnspecified(addresses, 0);
  const first = (addresses[3] ?? 0) >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}

function isUnspecified(words: Uint32Array, at: number): boolean {
  return !words[at] && !words[at + 1] && !words[at + 2] && !words[at + 3];
}

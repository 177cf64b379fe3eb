import type { Family } from '../address.ts';
import type { Flow } from '../ipvs/flow.ts';
import { fold, sumWords } from './checksum.ts';
import { IPV6_HEADER, Ipv6Headers } from './ipv6-headers.ts';

export const PROTOCOL_ICMP = 1;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_ICMPV6 = 58;

export const ETHERNET_HEADER = 14;
export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_IPV6 = 0x86dd;
export const IPV4_HEADER = 20;

export const DONT_FRAGMENT = 0x4000;
export const MORE_FRAGMENTS = 0x2000;
/** In units of 8 bytes (RFC 791 section 3.1). */
export const FRAGMENT_OFFSET_MASK = 0x1fff;

export const TCP_FIN = 0x01;
export const TCP_SYN = 0x02;
export const TCP_RST = 0x04;
export const TCP_ACK = 0x10;

/** RFC 792 guarantees eight bytes of the transport header in a quotation: both ports are among them. */
const QUOTED_TRANSPORT = 8;

/**
 * One IP packet in an Ethernet frame, read and rewritten where it lies. The object is made once per buffer and pointed at
 * frame after frame with `load`, so that the packet path allocates nothing. Offsets count from the start of the buffer.
 */
export class Packet implements Flow {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  /** Offset and length of the Ethernet frame. */
  start = 0;
  length = 0;
  /** Where the room of this frame ends in the buffer. */
  limit: number;
  /** The checksum field holds only the pseudo-header sum, hardware finishes it (virtio_net_hdr NEEDS_CSUM). */
  partialChecksum = false;
  /** Payload bytes of each segment that the device will cut (virtio_net_hdr gso_size); 0 = sent as it is. */
  segmentSize = 0;
  /** Addresses of the interface that the frame came in by, the sources of ICMP errors about it; zeros = unknown. */
  interfaceAddress: Uint32Array = new Uint32Array(4);
  interfaceAddress6: Uint32Array = new Uint32Array(4);

  family: Family = 4;
  ip = 0;
  /** What follows the IP header and its extension headers. */
  transport = 0;
  /** IP header and payload, without Ethernet padding. */
  ipLength = 0;
  protocol = 0;
  readonly addresses = new Uint32Array(8);
  /** Flags and offset as in an IPv4 header, also for IPv6, where they come from the fragment header. */
  fragment = 0;
  sourcePort = 0;
  destinationPort = 0;
  mark = 0;
  /** Bytes of the outer header that `encapsulate` has put in front; `ip` is that header then, and `transport` the packet. */
  tunnelHeader = 0;
  private fragmentHeader = 0;
  private readonly extensions = new Ipv6Headers();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.limit = bytes.length;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Points at a frame. True when it is IPv4 or IPv6 with sound headers and a whole transport header of TCP, UDP or ICMP (or
   * a later fragment, which has none); everything else is left to the kernel.
   */
  load(start: number, length: number, partialChecksum = false, segmentSize = 0): boolean {
    this.start = start;
    this.length = length;
    this.partialChecksum = partialChecksum;
    this.segmentSize = segmentSize;
    this.mark = 0;
    if (length < ETHERNET_HEADER + IPV4_HEADER) return false;
    const type = this.view.getUint16(start + 12);
    if (type === ETHERTYPE_IPV4) return this.parse(4, start + ETHERNET_HEADER, start + length, false);
    return type === ETHERTYPE_IPV6 && this.parse(6, start + ETHERNET_HEADER, start + length, false);
  }

  /** Points at the packet that an ICMP error quotes between `ip` and `end`: only its beginning need be there. */
  loadQuoted(ip: number, end: number): boolean {
    this.start = ip - ETHERNET_HEADER;
    this.length = end - this.start;
    this.partialChecksum = false;
    this.segmentSize = 0;
    if (ip >= end) return false;
    const version = this.view.getUint8(ip) >> 4;
    return (version === 4 || version === 6) && this.parse(version, ip, end, true);
  }

  private parse(family: Family, ip: number, end: number, isQuoted: boolean): boolean {
    this.family = family;
    this.ip = ip;
    this.tunnelHeader = 0;
    this.sourcePort = 0;
    this.destinationPort = 0;
    const isSound = family === 4 ? this.parseIpv4(end, isQuoted) : this.parseIpv6(end, isQuoted);
    return isSound && this.parseTransport(isQuoted);
  }

  private parseIpv4(end: number, isQuoted: boolean): boolean {
    const { view, ip, addresses } = this;
    if (ip + IPV4_HEADER > end) return false;
    const versionAndLength = view.getUint8(ip);
    const headerLength = (versionAndLength & 0x0f) * 4;
    if (versionAndLength >> 4 !== 4 || headerLength < IPV4_HEADER || ip + headerLength > end) return false;
    if (!this.measure(view.getUint16(ip + 2), end, isQuoted) || this.ipLength < headerLength) return false;
    // A header with its checksum in it sums to ones (RFC 1071 section 1).
    if (!isQuoted && fold(sumWords(view, ip, headerLength)) !== 0xffff) return false;
    this.transport = ip + headerLength;
    this.fragment = view.getUint16(ip + 6);
    this.fragmentHeader = 0;
    this.protocol = view.getUint8(ip + 9);
    addresses.fill(0);
    addresses[3] = view.getUint32(ip + 12);
    addresses[7] = view.getUint32(ip + 16);
    return true;
  }

  private parseIpv6(end: number, isQuoted: boolean): boolean {
    const { view, ip, addresses, extensions } = this;
    if (ip + IPV6_HEADER > end || view.getUint8(ip) >> 4 !== 6) return false;
    if (!this.measure(IPV6_HEADER + view.getUint16(ip + 4), end, isQuoted)) return false;
    if (!extensions.read(view, ip, ip + this.ipLength)) return false;
    this.transport = extensions.transport;
    this.protocol = extensions.protocol;
    this.fragmentHeader = extensions.fragmentHeader;
    this.fragment = extensions.fragmentOffset | (extensions.hasMoreFragments ? MORE_FRAGMENTS : 0);
    for (let word = 0; word < 8; word++) addresses[word] = view.getUint32(ip + 8 + word * 4);
    return true;
  }

  /** A quotation may end before the packet does; a packet may not end behind its frame. */
  private measure(length: number, end: number, isQuoted: boolean): boolean {
    const available = end - this.ip;
    this.ipLength = isQuoted ? Math.min(length, available) : length;
    return this.ipLength <= available;
  }

  private parseTransport(isQuoted: boolean): boolean {
    const { view, transport } = this;
    const minimum = minimumTransport(this.protocol, this.family);
    if (minimum === 0) return false;
    if (this.isLaterFragment()) return true;
    if (this.ip + this.ipLength - transport < (isQuoted ? QUOTED_TRANSPORT : minimum)) return false;
    if (!this.isIcmp()) {
      this.sourcePort = view.getUint16(transport);
      this.destinationPort = view.getUint16(transport + 2);
    }
    return true;
  }

  isIcmp(): boolean {
    return this.protocol === PROTOCOL_ICMP || this.protocol === PROTOCOL_ICMPV6;
  }

  /** A fragment without the transport header. */
  isLaterFragment(): boolean {
    return (this.fragment & FRAGMENT_OFFSET_MASK) !== 0;
  }

  isFirstFragment(): boolean {
    return (this.fragment & (FRAGMENT_OFFSET_MASK | MORE_FRAGMENTS)) === MORE_FRAGMENTS;
  }

  isFragment(): boolean {
    return (this.fragment & (FRAGMENT_OFFSET_MASK | MORE_FRAGMENTS)) !== 0;
  }

  /** IPv6 packets are cut by their senders alone (RFC 8200 section 4.5). */
  mayFragment(): boolean {
    return this.family === 4 && (this.fragment & DONT_FRAGMENT) === 0;
  }

  /** What the fragments of one datagram have in common: 16 bits in IPv4, 32 in IPv6 (0 without a fragment header). */
  identification(): number {
    if (this.family === 4) return this.view.getUint16(this.ip + 4);
    return this.fragmentHeader === 0 ? 0 : this.view.getUint32(this.fragmentHeader + 4);
  }

  /** Time to live, or hop limit. */
  timeToLive(): number {
    return this.view.getUint8(this.ip + (this.family === 4 ? 8 : 7));
  }

  tcpFlags(): number {
    return this.view.getUint8(this.transport + 13);
  }

  /** First byte of the TCP payload; behind the packet's end for a header that lies about its length. */
  tcpPayload(): number {
    return this.transport + (this.view.getUint8(this.transport + 12) >> 4) * 4;
  }

  end(): number {
    return this.ip + this.ipLength;
  }

  /** The length that counts against a link's MTU: of the largest segment when the device cuts the packet up. */
  largestIpLength(): number {
    if (this.segmentSize === 0) return this.ipLength;
    const payload = this.protocol === PROTOCOL_TCP ? this.tcpPayload() : this.transport + 8;
    return Math.min(this.ipLength, payload - this.ip + this.segmentSize);
  }
}

/** The smallest transport header that rewriting touches (TCP and UDP checksums, ICMP's inner datagram); 0 = not ours. */
function minimumTransport(protocol: number, family: Family): number {
  if (protocol === PROTOCOL_TCP) return 20;
  if (protocol === PROTOCOL_UDP) return 8;
  return protocol === (family === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6) ? 8 : 0;
}

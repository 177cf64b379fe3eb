import { fold, sumWords } from './checksum.ts';

export const PROTOCOL_ICMP = 1;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;

export const ETHERNET_HEADER = 14;
const ETHERTYPE_IPV4 = 0x0800;
const MINIMUM_IPV4_HEADER = 20;

export const DONT_FRAGMENT = 0x4000;
export const MORE_FRAGMENTS = 0x2000;
/** In units of 8 bytes (RFC 791 section 3.1). */
export const FRAGMENT_OFFSET_MASK = 0x1fff;

export const TCP_FIN = 0x01;
export const TCP_SYN = 0x02;
export const TCP_RST = 0x04;
export const TCP_ACK = 0x10;

/** The smallest transport header that rewriting touches (TCP and UDP checksums, ICMP's inner datagram); 0 = not ours. */
function minimumTransport(protocol: number): number {
  if (protocol === PROTOCOL_TCP) return 20;
  return protocol === PROTOCOL_UDP || protocol === PROTOCOL_ICMP ? 8 : 0;
}

/**
 * One Ethernet frame with IPv4 inside, read and rewritten where it lies. The object is made once per buffer and pointed at
 * frame after frame with `load`, so that the packet path allocates nothing. Addresses and ports are plain numbers in
 * network order; offsets count from the start of the buffer.
 */
export class Packet {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  /** Offset and length of the Ethernet frame. */
  start = 0;
  length = 0;
  /** The checksum field holds only the pseudo-header sum, hardware finishes it (virtio_net_hdr NEEDS_CSUM). */
  partialChecksum = false;
  /** Payload bytes of each segment that the device will cut (virtio_net_hdr gso_size); 0 = sent as it is. */
  segmentSize = 0;
  /** Address of the interface that the frame came in by, the source of ICMP errors about it; 0 = unknown. */
  interfaceAddress = 0;

  ip = 0;
  transport = 0;
  /** IPv4 header and payload, without Ethernet padding. */
  ipLength = 0;
  protocol = 0;
  source = 0;
  destination = 0;
  /** Flags and offset as in the header. */
  fragment = 0;
  sourcePort = 0;
  destinationPort = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Points at a frame. True when it is IPv4 with a sound header and a whole transport header of TCP, UDP or ICMP (or a later
   * fragment, which has none); everything else is left to the kernel.
   */
  load(start: number, length: number, partialChecksum = false, segmentSize = 0): boolean {
    this.start = start;
    this.length = length;
    this.partialChecksum = partialChecksum;
    this.segmentSize = segmentSize;
    this.ip = start + ETHERNET_HEADER;
    if (length < ETHERNET_HEADER + MINIMUM_IPV4_HEADER) return false;
    if (this.view.getUint16(start + 12) !== ETHERTYPE_IPV4) return false;
    return this.parseIpv4() && this.parseTransport();
  }

  private parseIpv4(): boolean {
    const { view, ip } = this;
    const versionAndLength = view.getUint8(ip);
    const headerLength = (versionAndLength & 0x0f) * 4;
    this.ipLength = view.getUint16(ip + 2);
    const available = this.length - ETHERNET_HEADER;
    if (versionAndLength >> 4 !== 4 || headerLength < MINIMUM_IPV4_HEADER) return false;
    if (this.ipLength < headerLength || this.ipLength > available) return false;
    // A header with its checksum in it sums to ones (RFC 1071 section 1).
    if (fold(sumWords(view, ip, headerLength)) !== 0xffff) return false;
    this.transport = ip + headerLength;
    this.fragment = view.getUint16(ip + 6);
    this.protocol = view.getUint8(ip + 9);
    this.source = view.getUint32(ip + 12);
    this.destination = view.getUint32(ip + 16);
    return true;
  }

  private parseTransport(): boolean {
    const { view, transport } = this;
    const minimum = minimumTransport(this.protocol);
    if (minimum === 0) return false;
    this.sourcePort = 0;
    this.destinationPort = 0;
    if (this.isLaterFragment()) return true;
    if (this.ip + this.ipLength - transport < minimum) return false;
    if (this.protocol !== PROTOCOL_ICMP) {
      this.sourcePort = view.getUint16(transport);
      this.destinationPort = view.getUint16(transport + 2);
    }
    return true;
  }

  /** A fragment without the transport header. */
  isLaterFragment(): boolean {
    return (this.fragment & FRAGMENT_OFFSET_MASK) !== 0;
  }

  isFirstFragment(): boolean {
    return (this.fragment & (FRAGMENT_OFFSET_MASK | MORE_FRAGMENTS)) === MORE_FRAGMENTS;
  }

  mayFragment(): boolean {
    return (this.fragment & DONT_FRAGMENT) === 0;
  }

  identification(): number {
    return this.view.getUint16(this.ip + 4);
  }

  timeToLive(): number {
    return this.view.getUint8(this.ip + 8);
  }

  tcpFlags(): number {
    return this.view.getUint8(this.transport + 13);
  }

  /** The length that counts against a link's MTU: of the largest segment when the device cuts the packet up. */
  largestIpLength(): number {
    if (this.segmentSize === 0) return this.ipLength;
    const transportHeader = this.protocol === PROTOCOL_TCP ? (this.view.getUint8(this.transport + 12) >> 4) * 4 : 8;
    return Math.min(this.ipLength, this.transport - this.ip + transportHeader + this.segmentSize);
  }
}

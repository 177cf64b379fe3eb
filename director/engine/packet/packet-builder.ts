import { parseAddress } from '../address.ts';
import type { Address } from '../address.ts';
import { checksum, fold, pseudoHeaderSum } from './checksum.ts';
import {
  ETHERNET_HEADER,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  Packet,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from './packet.ts';

/**
 * Test frames in readable steps: `frame('192.168.1.10', '192.168.1.202').ttl(1).tcp(40000, 80, 'SYN').data('hello')`; IPv6 by
 * its addresses. `raw` and `data` make whatever else a packet may carry.
 */
export function frame(source: string, destination: string): FrameBuilder {
  return new FrameBuilder(source, destination);
}

const flagBits: Record<string, number> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 };

type Transport =
  | { kind: 'none' }
  | {
      kind: 'tcp';
      sourcePort: number;
      destinationPort: number;
      flags: number;
      sequence: number;
      acknowledgement: number;
    }
  | { kind: 'udp'; sourcePort: number; destinationPort: number; hasChecksum: boolean }
  | { kind: 'icmp'; type: number; code: number; parameter: number };

export class FrameBuilder {
  private readonly source: Address;
  private readonly destination: Address;
  private timeToLive = 64;
  private identification = 0x1234;
  private fragmentWord = 0x4000;
  private typeOfService = 0;
  private optionBytes: number[] = [];
  private firstExtension: number | undefined;
  private transport: Transport = { kind: 'none' };
  private protocol = PROTOCOL_TCP;
  private payload: Uint8Array = new Uint8Array();
  private isPartial = false;
  private segment = 0;

  constructor(source: string, destination: string) {
    this.source = address(source);
    this.destination = address(destination);
  }

  ttl(value: number): this {
    this.timeToLive = value;
    return this;
  }

  id(value: number): this {
    this.identification = value;
    return this;
  }

  tos(value: number): this {
    this.typeOfService = value;
    return this;
  }

  /** Flags and offset as in the header; the default is DF. */
  fragment(word: number): this {
    this.fragmentWord = word;
    return this;
  }

  options(...bytes: number[]): this {
    this.optionBytes = bytes;
    return this;
  }

  /** Extension headers of IPv6: the first one's type and all bytes; the last must name the transport. */
  extensions(first: number, ...bytes: number[]): this {
    this.firstExtension = first;
    this.optionBytes = bytes;
    return this;
  }

  tcp(
    sourcePort: number,
    destinationPort: number,
    flags: string,
    numbers: { sequence?: number; acknowledgement?: number } = {},
  ): this {
    const bits = flags.split('+').reduce((sum, name) => sum | (flagBits[name] ?? 0), 0);
    const { sequence = 1000, acknowledgement = 2000 } = numbers;
    this.transport = { kind: 'tcp', sourcePort, destinationPort, flags: bits, sequence, acknowledgement };
    this.protocol = PROTOCOL_TCP;
    return this;
  }

  udp(sourcePort: number, destinationPort: number, hasChecksum = true): this {
    this.transport = { kind: 'udp', sourcePort, destinationPort, hasChecksum };
    this.protocol = PROTOCOL_UDP;
    return this;
  }

  icmp(type: number, code: number, parameter = 0): this {
    this.transport = { kind: 'icmp', type, code, parameter };
    this.protocol = this.source.family === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
    return this;
  }

  /** A later fragment: the payload follows the IPv4 header at once. */
  raw(protocol: number): this {
    this.protocol = protocol;
    return this;
  }

  data(payload: string | Uint8Array): this {
    this.payload = typeof payload === 'string' ? Uint8Array.from(payload, (letter) => letter.charCodeAt(0)) : payload;
    return this;
  }

  /** Leaves the transport checksum to the hardware, as a virtual interface hands packets over. */
  partial(): this {
    this.isPartial = true;
    return this;
  }

  /** A packet that the device cuts into segments of so many payload bytes. */
  segments(size: number): this {
    this.segment = size;
    return this;
  }

  /** The IP datagram alone. */
  datagram(): Uint8Array {
    const header = (this.source.family === 4 ? 20 : 40) + this.optionBytes.length;
    const bytes = new Uint8Array(header + transportLength(this.transport) + this.payload.length);
    const view = new DataView(bytes.buffer);
    if (this.source.family === 4) this.writeIpv4(view, header);
    else this.writeIpv6(view);
    bytes.set(this.payload, header + transportLength(this.transport));
    this.writeTransport(view, header);
    return bytes;
  }

  private writeIpv4(view: DataView, header: number): void {
    view.setUint8(0, 0x40 | (header / 4));
    view.setUint8(1, this.typeOfService);
    view.setUint16(2, view.byteLength);
    view.setUint16(4, this.identification);
    view.setUint16(6, this.fragmentWord);
    view.setUint8(8, this.timeToLive);
    view.setUint8(9, this.protocol);
    view.setUint32(12, this.source.words[3] ?? 0);
    view.setUint32(16, this.destination.words[3] ?? 0);
    for (const [at, byte] of this.optionBytes.entries()) view.setUint8(20 + at, byte);
    view.setUint16(10, checksum(view, 0, header));
  }

  private writeIpv6(view: DataView): void {
    view.setUint32(0, 0x6000_0000 | (this.typeOfService << 20));
    view.setUint16(4, view.byteLength - 40);
    view.setUint8(6, this.firstExtension ?? this.protocol);
    view.setUint8(7, this.timeToLive);
    for (let word = 0; word < 4; word++) {
      view.setUint32(8 + word * 4, this.source.words[word] ?? 0);
      view.setUint32(24 + word * 4, this.destination.words[word] ?? 0);
    }
    for (const [at, byte] of this.optionBytes.entries()) view.setUint8(40 + at, byte);
  }

  private pseudo(length: number): number {
    return pseudoHeaderSum(Uint32Array.of(...this.source.words, ...this.destination.words), this.protocol, length);
  }

  private writeTransport(view: DataView, at: number): void {
    const { transport } = this;
    const length = view.byteLength - at;
    if (transport.kind === 'none') return;
    if (transport.kind === 'icmp') {
      view.setUint8(at, transport.type);
      view.setUint8(at + 1, transport.code);
      view.setUint32(at + 4, transport.parameter);
      const pseudo = this.source.family === 4 ? 0 : this.pseudo(length);
      view.setUint16(at + 2, checksum(view, at, length, pseudo));
      return;
    }
    view.setUint16(at, transport.sourcePort);
    view.setUint16(at + 2, transport.destinationPort);
    if (transport.kind === 'tcp') {
      view.setUint32(at + 4, transport.sequence);
      view.setUint32(at + 8, transport.acknowledgement);
      view.setUint8(at + 12, 0x50);
      view.setUint8(at + 13, transport.flags);
      view.setUint16(at + 14, 65535);
    } else view.setUint16(at + 4, length);
    if (transport.kind === 'udp' && !transport.hasChecksum) return;
    const pseudo = this.pseudo(length);
    const field = at + (transport.kind === 'tcp' ? 16 : 6);
    view.setUint16(field, this.isPartial ? fold(pseudo) : checksum(view, at, length, pseudo) || 0xffff);
  }

  /** The frame, loaded into a packet, with `before` bytes in front of it as in a receive ring, and `after` behind it. */
  packet(before = 0, after = 0): Packet {
    const datagram = this.datagram();
    const bytes = new Uint8Array(before + ETHERNET_HEADER + datagram.length + after);
    const type = this.source.family === 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
    bytes.set([type >> 8, type & 255], before + 12);
    bytes.set(datagram, before + ETHERNET_HEADER);
    const packet = new Packet(bytes);
    packet.load(before, ETHERNET_HEADER + datagram.length, this.isPartial, this.segment);
    return packet;
  }
}

function transportLength(transport: Transport): number {
  const lengths = { none: 0, tcp: 20, udp: 8, icmp: 8 };
  return lengths[transport.kind];
}

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

/** The IP datagram that a packet holds now. */
export function datagramOf(packet: Packet): Uint8Array {
  return packet.bytes.slice(packet.ip, packet.ip + packet.ipLength);
}

/** A packet that holds a datagram, behind `before` bytes and an Ethernet header; undefined when it is no sound one. */
export function packetOf(datagram: Uint8Array, before = 0): Packet | undefined {
  const bytes = new Uint8Array(before + ETHERNET_HEADER + datagram.length);
  const type = (datagram[0] ?? 0) >> 4 === 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
  bytes.set([type >> 8, type & 255], before + 12);
  bytes.set(datagram, before + ETHERNET_HEADER);
  const packet = new Packet(bytes);
  return packet.load(before, bytes.length - before) ? packet : undefined;
}

/** True when the IP header and the transport behind it carry right (or, if partial, rightly unfinished) checksums. */
export function hasGoodChecksums(datagram: Uint8Array, isPartial = false): boolean {
  // load checks the header.
  const packet = packetOf(datagram);
  if (packet === undefined) return false;
  const length = packet.end() - packet.transport;
  const pseudo = packet.protocol === PROTOCOL_ICMP ? 0 : pseudoHeaderSum(packet.addresses, packet.protocol, length);
  const field = packet.transport + (packet.protocol === PROTOCOL_TCP ? 16 : 6);
  if (isPartial) return packet.view.getUint16(field) === fold(pseudo);
  if (packet.protocol === PROTOCOL_UDP && packet.view.getUint16(field) === 0) return packet.family === 4;
  return checksum(packet.view, packet.transport, length, pseudo) === 0;
}

import { checksum, fold, pseudoHeaderSum } from './checksum.ts';
import { ETHERNET_HEADER, Packet, PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from './packet.ts';

/** Test frames in readable steps: `frame('192.168.1.10', '192.168.1.202').ttl(1).tcp(40000, 80, 'SYN').data('hello')`. */
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
  private readonly source: number;
  private readonly destination: number;
  private timeToLive = 64;
  private identification = 0x1234;
  private fragmentWord = 0x4000;
  private typeOfService = 0;
  private optionBytes: number[] = [];
  private transport: Transport = { kind: 'none' };
  private protocol = PROTOCOL_TCP;
  private payload: Uint8Array = new Uint8Array();
  private isPartial = false;
  private segment = 0;

  constructor(source: string, destination: string) {
    this.source = addressNumber(source);
    this.destination = addressNumber(destination);
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
    this.protocol = PROTOCOL_ICMP;
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

  /** The IPv4 datagram alone. */
  datagram(): Uint8Array {
    const header = 20 + this.optionBytes.length;
    const bytes = new Uint8Array(header + transportLength(this.transport) + this.payload.length);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, 0x40 | (header / 4));
    view.setUint8(1, this.typeOfService);
    view.setUint16(2, bytes.length);
    view.setUint16(4, this.identification);
    view.setUint16(6, this.fragmentWord);
    view.setUint8(8, this.timeToLive);
    view.setUint8(9, this.protocol);
    view.setUint32(12, this.source);
    view.setUint32(16, this.destination);
    bytes.set(this.optionBytes, 20);
    view.setUint16(10, checksum(view, 0, header));
    bytes.set(this.payload, header + transportLength(this.transport));
    this.writeTransport(view, header);
    return bytes;
  }

  private writeTransport(view: DataView, at: number): void {
    const { transport } = this;
    const length = view.byteLength - at;
    if (transport.kind === 'none') return;
    if (transport.kind === 'icmp') {
      view.setUint8(at, transport.type);
      view.setUint8(at + 1, transport.code);
      view.setUint32(at + 4, transport.parameter);
      view.setUint16(at + 2, checksum(view, at, length));
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
    const pseudo = pseudoHeaderSum(this.source, this.destination, this.protocol, length);
    const field = at + (transport.kind === 'tcp' ? 16 : 6);
    view.setUint16(field, this.isPartial ? fold(pseudo) : checksum(view, at, length, pseudo) || 0xffff);
  }

  /** The frame, loaded into a packet, with `before` bytes in front of it as in a receive ring. */
  packet(before = 0): Packet {
    const datagram = this.datagram();
    const bytes = new Uint8Array(before + ETHERNET_HEADER + datagram.length);
    bytes[before + 12] = 0x08;
    bytes.set(datagram, before + ETHERNET_HEADER);
    const packet = new Packet(bytes);
    packet.load(before, bytes.length - before, this.isPartial, this.segment);
    return packet;
  }
}

function transportLength(transport: Transport): number {
  const lengths = { none: 0, tcp: 20, udp: 8, icmp: 8 };
  return lengths[transport.kind];
}

function addressNumber(text: string): number {
  return text.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}

/** The IPv4 datagram that a packet holds now. */
export function datagramOf(packet: Packet): Uint8Array {
  return packet.bytes.slice(packet.ip, packet.ip + packet.ipLength);
}

/** True when the IPv4 header and the transport behind it carry right (or, if partial, rightly unfinished) checksums. */
export function hasGoodChecksums(datagram: Uint8Array, isPartial = false): boolean {
  const frameBytes = new Uint8Array(ETHERNET_HEADER + datagram.length);
  frameBytes[12] = 0x08;
  frameBytes.set(datagram, ETHERNET_HEADER);
  const packet = new Packet(frameBytes);
  // load checks the header.
  if (!packet.load(0, frameBytes.length)) return false;
  const length = packet.ip + packet.ipLength - packet.transport;
  const isIcmp = packet.protocol === PROTOCOL_ICMP;
  const pseudo = isIcmp ? 0 : pseudoHeaderSum(packet.source, packet.destination, packet.protocol, length);
  const field = packet.transport + (packet.protocol === PROTOCOL_TCP ? 16 : 6);
  if (isPartial) return packet.view.getUint16(field) === fold(pseudo);
  if (packet.protocol === PROTOCOL_UDP && packet.view.getUint16(field) === 0) return true;
  return checksum(packet.view, packet.transport, length, pseudo) === 0;
}

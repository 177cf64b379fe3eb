import { formatAddress, fromBytes, parseAddress, toBytes } from '../address.ts';

export const vrrpProtocol = 112;

/** An IP datagram that carries an advertisement, of either family. */
export interface Datagram {
  readonly source: string;
  readonly destination: string;
  /** TTL or hop limit. */
  readonly ttl: number;
  readonly payload: Uint8Array;
}

const ipv4Header = 20;
const ipv6Header = 40;
/** Internetwork control, as keepalived marks its adverts. */
const trafficClass = 0xc0;

/** The datagram from its IP header on. The IPv4 header's checksum and identification are left to the kernel. */
export function encodeDatagram({ source, destination, ttl, payload }: Datagram): Uint8Array {
  const from = bytesOf(source);
  const to = bytesOf(destination);
  const six = from.length === 16;
  const packet = new Uint8Array((six ? ipv6Header : ipv4Header) + payload.length);
  const view = new DataView(packet.buffer);
  if (six) {
    view.setUint32(0, 0x6000_0000 | (trafficClass << 20));
    view.setUint16(4, payload.length);
    packet.set([vrrpProtocol, ttl], 6);
    packet.set(from, 8);
    packet.set(to, 24);
  } else {
    packet.set([0x45, trafficClass]);
    view.setUint16(2, packet.length);
    packet.set([ttl, vrrpProtocol], 8);
    packet.set(from, 12);
    packet.set(to, 16);
  }
  packet.set(payload, six ? ipv6Header : ipv4Header);
  return packet;
}

/** Undefined for anything but a whole datagram of IP protocol 112 (IPv6: without extension headers). */
export function decodeDatagram(packet: Uint8Array): Datagram | undefined {
  if (packet.length < ipv4Header) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  return view.getUint8(0) >>> 4 === 6 ? decodeIpv6(packet, view) : decodeIpv4(packet, view);
}

function decodeIpv4(packet: Uint8Array, view: DataView): Datagram | undefined {
  const headerLength = (view.getUint8(0) & 15) * 4;
  const totalLength = view.getUint16(2);
  if (view.getUint8(0) >>> 4 !== 4 || headerLength < ipv4Header || totalLength < headerLength) return undefined;
  if (totalLength > packet.length || view.getUint8(9) !== vrrpProtocol) return undefined;
  return {
    source: textOf(packet.subarray(12, 16)),
    destination: textOf(packet.subarray(16, 20)),
    ttl: view.getUint8(8),
    payload: packet.subarray(headerLength, totalLength),
  };
}

function decodeIpv6(packet: Uint8Array, view: DataView): Datagram | undefined {
  if (packet.length < ipv6Header || view.getUint8(6) !== vrrpProtocol) return undefined;
  const end = ipv6Header + view.getUint16(4);
  if (end > packet.length) return undefined;
  return {
    source: textOf(packet.subarray(8, 24)),
    destination: textOf(packet.subarray(24, 40)),
    ttl: view.getUint8(7),
    payload: packet.subarray(ipv6Header, end),
  };
}

/** 4 or 16 bytes. Throws RangeError for what is no address: configurations and packets only hold addresses. */
export function bytesOf(address: string): Uint8Array {
  const parsed = parseAddress(address);
  if (!parsed) throw new RangeError(`"${address}" is not an IP address.`);
  return toBytes(parsed);
}

export function textOf(bytes: Uint8Array): string {
  return formatAddress(fromBytes(bytes));
}

export function isMulticast(address: string): boolean {
  const bytes = bytesOf(address);
  return bytes.length === 16 ? bytes[0] === 0xff : (bytes[0] ?? 0) >>> 4 === 14;
}

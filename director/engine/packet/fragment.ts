import { checksum } from './checksum.ts';
import { finishChecksum } from './finish-checksum.ts';
import { FRAGMENT_HEADER, IPV6_HEADER } from './ipv6-headers.ts';
import { FRAGMENT_OFFSET_MASK, MORE_FRAGMENTS } from './packet.ts';
import type { Packet } from './packet.ts';

const COPIED_FLAG = 0x80;
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;

/**
 * Cuts a datagram into pieces that fit `mtu` (RFC 791 section 3.2), each a new buffer with an IP header. Works on fragments
 * too. Empty when the MTU has no room for the header and 8 bytes. IPv6 packets are cut only by who made their header, so
 * that must be our own tunnel's; their pieces carry `identification` (RFC 8200 section 4.5).
 */
export function fragmentPacket(packet: Packet, mtu: number, identification = 0): Uint8Array[] {
  finishChecksum(packet);
  if (packet.family === 6) return fragmentIpv6(packet, mtu, identification);
  const header = packet.transport - packet.ip;
  const room = (mtu - header) & ~7;
  if (room < 8) return [];
  const pieces: Uint8Array[] = [];
  const payload = packet.ipLength - header;
  for (let at = 0; at < payload; at += room) pieces.push(piece(packet, at, Math.min(room, payload - at)));
  return pieces;
}

function piece(packet: Packet, at: number, length: number): Uint8Array {
  const header = packet.transport - packet.ip;
  const datagram = new Uint8Array(header + length);
  datagram.set(packet.bytes.subarray(packet.ip, packet.transport));
  datagram.set(packet.bytes.subarray(packet.transport + at, packet.transport + at + length), header);
  const view = new DataView(datagram.buffer);
  const more = at + length < packet.ipLength - header || (packet.fragment & MORE_FRAGMENTS) !== 0;
  const offset = (packet.fragment & FRAGMENT_OFFSET_MASK) + at / 8;
  if (at > 0) blankFirstOnlyOptions(datagram, header);
  view.setUint16(2, datagram.length);
  view.setUint16(6, offset | (more ? MORE_FRAGMENTS : 0));
  view.setUint16(10, 0);
  view.setUint16(10, checksum(view, 0, header));
  return datagram;
}

function fragmentIpv6(packet: Packet, mtu: number, identification: number): Uint8Array[] {
  const room = (mtu - IPV6_HEADER - 8) & ~7;
  if (room < 8) return [];
  const pieces: Uint8Array[] = [];
  const payload = packet.ipLength - IPV6_HEADER;
  for (let at = 0; at < payload; at += room) {
    const length = Math.min(room, payload - at);
    const datagram = new Uint8Array(IPV6_HEADER + 8 + length);
    const from = packet.ip + IPV6_HEADER + at;
    datagram.set(packet.bytes.subarray(packet.ip, packet.ip + IPV6_HEADER));
    datagram.set(packet.bytes.subarray(from, from + length), IPV6_HEADER + 8);
    const view = new DataView(datagram.buffer);
    view.setUint16(4, 8 + length);
    view.setUint8(6, FRAGMENT_HEADER);
    view.setUint8(IPV6_HEADER, packet.protocol);
    view.setUint16(IPV6_HEADER + 2, at | (at + length < payload ? 1 : 0));
    view.setUint32(IPV6_HEADER + 4, identification);
    pieces.push(datagram);
  }
  return pieces;
}

/** Options without the copied flag belong to the first fragment alone; as in Linux, the others get no-operations instead. */
function blankFirstOnlyOptions(datagram: Uint8Array, header: number): void {
  let at = 20;
  while (at < header) {
    const type = datagram[at] ?? END_OF_OPTIONS;
    if (type === END_OF_OPTIONS) return;
    const length = type === NO_OPERATION ? 1 : (datagram[at + 1] ?? 0);
    if (length === 0 || at + length > header) return;
    if ((type & COPIED_FLAG) === 0) datagram.fill(NO_OPERATION, at, at + length);
    at += length;
  }
}

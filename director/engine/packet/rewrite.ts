import { addressDelta, adjust, fold, wordDelta } from './checksum.ts';
import { PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from './packet.ts';
import type { Packet } from './packet.ts';

const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const TCP_CHECKSUM = 16;
const UDP_CHECKSUM = 6;
const ICMPV6_CHECKSUM = 2;

/**
 * Network address translation of the sender, checksums included. The address is the four words of `words` from `at` on. A
 * later fragment has no port to change.
 */
export function rewriteSource(packet: Packet, words: Uint32Array, at: number, port: number): void {
  const delta = replaceAddress(packet, 0, words, at);
  replacePort(packet, SOURCE_PORT, packet.sourcePort, port, delta);
  packet.sourcePort = port;
}

/** Network address translation of the receiver. */
export function rewriteDestination(packet: Packet, words: Uint32Array, at: number, port: number): void {
  const delta = replaceAddress(packet, 4, words, at);
  replacePort(packet, DESTINATION_PORT, packet.destinationPort, port, delta);
  packet.destinationPort = port;
}

/** `word` is 0 for the source, 4 for the destination. Returns what the change adds to a sum of the packet. */
function replaceAddress(packet: Packet, word: number, words: Uint32Array, at: number): number {
  const { view, ip, addresses } = packet;
  const delta = addressDelta(addresses, word, words, at);
  for (let part = 0; part < 4; part++) addresses[word + part] = words[at + part] ?? 0;
  if (packet.family === 4) {
    view.setUint32(ip + 12 + word, addresses[word + 3] ?? 0);
    adjustHeaderChecksum(packet, delta);
    return delta;
  }
  const field = ip + 8 + word * 4;
  for (let part = 0; part < 4; part++) view.setUint32(field + part * 4, addresses[word + part] ?? 0);
  return delta;
}

function adjustHeaderChecksum(packet: Packet, delta: number): void {
  const at = packet.ip + 10;
  packet.view.setUint16(at, adjust(packet.view.getUint16(at), delta));
}

function replacePort(packet: Packet, offset: number, before: number, after: number, delta: number): void {
  const { view, transport, protocol } = packet;
  if (packet.isLaterFragment()) return;
  if (protocol !== PROTOCOL_TCP && protocol !== PROTOCOL_UDP) {
    // ICMPv6 has the addresses in its checksum, ICMP has not.
    if (protocol === PROTOCOL_ICMPV6) adjustTransportChecksum(packet, ICMPV6_CHECKSUM, delta, 0);
    return;
  }
  view.setUint16(transport + offset, after);
  const field = protocol === PROTOCOL_TCP ? TCP_CHECKSUM : UDP_CHECKSUM;
  adjustTransportChecksum(packet, field, delta, wordDelta(before, after));
}

/** What changed in the pseudo-header, and what changed in the segment itself. */
export function adjustTransportChecksum(packet: Packet, field: number, pseudoDelta: number, dataDelta: number): void {
  const { view, transport, protocol } = packet;
  const at = transport + field;
  const before = view.getUint16(at);
  if (packet.partialChecksum) {
    // The field is the plain pseudo-header sum: addresses are in it, ports are not, and it is not complemented.
    view.setUint16(at, fold(before + pseudoDelta));
    return;
  }
  // A UDP sender may leave the checksum out (RFC 768): there is nothing to correct then.
  if (protocol === PROTOCOL_UDP && before === 0) return;
  const adjusted = adjust(before, pseudoDelta + dataDelta);
  view.setUint16(at, protocol === PROTOCOL_UDP && adjusted === 0 ? 0xffff : adjusted);
}

/** One hop further. The caller has made sure that the time to live is above 1. */
export function decrementTimeToLive(packet: Packet): void {
  const { view, ip } = packet;
  if (packet.family === 6) {
    view.setUint8(ip + 7, view.getUint8(ip + 7) - 1);
    return;
  }
  const before = view.getUint16(ip + 8);
  view.setUint16(ip + 8, before - 0x0100);
  adjustHeaderChecksum(packet, wordDelta(before, before - 0x0100));
}

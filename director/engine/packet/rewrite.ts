import { adjust, fold, longDelta, wordDelta } from './checksum.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from './packet.ts';
import type { Packet } from './packet.ts';

const SOURCE_ADDRESS = 12;
const DESTINATION_ADDRESS = 16;
const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const TCP_CHECKSUM = 16;
const UDP_CHECKSUM = 6;

/** Network address translation of the sender, header checksums included. A later fragment has no port to change. */
export function rewriteSource(packet: Packet, address: number, port: number): void {
  const delta = longDelta(packet.source, address);
  replaceAddress(packet, SOURCE_ADDRESS, address, delta);
  if (!packet.isLaterFragment()) replacePort(packet, SOURCE_PORT, packet.sourcePort, port, delta);
  packet.source = address;
  packet.sourcePort = port;
}

/** Network address translation of the receiver. */
export function rewriteDestination(packet: Packet, address: number, port: number): void {
  const delta = longDelta(packet.destination, address);
  replaceAddress(packet, DESTINATION_ADDRESS, address, delta);
  if (!packet.isLaterFragment()) replacePort(packet, DESTINATION_PORT, packet.destinationPort, port, delta);
  packet.destination = address;
  packet.destinationPort = port;
}

function replaceAddress(packet: Packet, offset: number, address: number, delta: number): void {
  packet.view.setUint32(packet.ip + offset, address);
  adjustHeaderChecksum(packet, delta);
}

function adjustHeaderChecksum(packet: Packet, delta: number): void {
  const at = packet.ip + 10;
  packet.view.setUint16(at, adjust(packet.view.getUint16(at), delta));
}

function replacePort(packet: Packet, offset: number, before: number, after: number, addressDelta: number): void {
  const { view, transport, protocol } = packet;
  if (protocol !== PROTOCOL_TCP && protocol !== PROTOCOL_UDP) return;
  view.setUint16(transport + offset, after);
  const at = transport + (protocol === PROTOCOL_TCP ? TCP_CHECKSUM : UDP_CHECKSUM);
  const field = view.getUint16(at);
  if (packet.partialChecksum) {
    // The field is the plain pseudo-header sum: addresses are in it, ports are not, and it is not complemented.
    view.setUint16(at, fold(field + addressDelta));
    return;
  }
  // A UDP sender may leave the checksum out (RFC 768): there is nothing to correct then.
  if (protocol === PROTOCOL_UDP && field === 0) return;
  const adjusted = adjust(field, addressDelta + wordDelta(before, after));
  view.setUint16(at, protocol === PROTOCOL_UDP && adjusted === 0 ? 0xffff : adjusted);
}

/** One hop further. The caller has made sure that the time to live is above 1. */
export function decrementTimeToLive(packet: Packet): void {
  const at = packet.ip + 8;
  const before = packet.view.getUint16(at);
  packet.view.setUint16(at, before - 0x0100);
  adjustHeaderChecksum(packet, wordDelta(before, before - 0x0100));
}

import { checksum, pseudoHeaderSum } from './checksum.ts';
import { PROTOCOL_ICMPV6, PROTOCOL_TCP } from './packet.ts';
import type { Packet } from './packet.ts';

/** Completes a transport checksum that was left to the hardware, for a packet that will be cut, wrapped or quoted. */
export function finishChecksum(packet: Packet): void {
  if (!packet.partialChecksum) return;
  writeTransportChecksum(packet);
  packet.partialChecksum = false;
}

/** Writes the checksum of TCP, UDP or ICMPv6 anew, over the whole packet. */
export function writeTransportChecksum(packet: Packet): void {
  const { view, transport, protocol } = packet;
  const at = transport + checksumField(protocol);
  const length = packet.end() - transport;
  view.setUint16(at, 0);
  const pseudo = pseudoHeaderSum(packet.addresses, protocol, length);
  // All-zero means "no checksum" in UDP (RFC 768); TCP's ones' complement reads both zeros alike.
  view.setUint16(at, checksum(view, transport, length, pseudo) || 0xffff);
}

function checksumField(protocol: number): number {
  if (protocol === PROTOCOL_TCP) return 16;
  return protocol === PROTOCOL_ICMPV6 ? 2 : 6;
}

import { checksum, pseudoHeaderSum } from './checksum.ts';
import { PROTOCOL_TCP } from './packet.ts';
import type { Packet } from './packet.ts';

/** Completes a transport checksum that was left to the hardware, for a packet that will be cut or quoted. */
export function finishChecksum(packet: Packet): void {
  if (!packet.partialChecksum) return;
  const { view, transport, protocol } = packet;
  const at = transport + (protocol === PROTOCOL_TCP ? 16 : 6);
  const length = packet.ip + packet.ipLength - transport;
  view.setUint16(at, 0);
  const pseudo = pseudoHeaderSum(packet.source, packet.destination, protocol, length);
  // All-zero means "no checksum" in UDP (RFC 768); TCP's ones' complement reads both zeros alike.
  view.setUint16(at, checksum(view, transport, length, pseudo) || 0xffff);
  packet.partialChecksum = false;
}

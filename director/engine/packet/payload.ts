import { checksum, fold, wordDelta } from './checksum.ts';
import { writeTransportChecksum } from './finish-checksum.ts';
import type { Packet } from './packet.ts';

/**
 * Puts `text` in the place of the bytes [start, end) of a TCP payload, with lengths and checksums. False when the buffer has no
 * room, or when the packet is one that a device cuts up; it is unchanged then.
 */
export function replacePayload(packet: Packet, start: number, end: number, text: string): boolean {
  const { bytes, view, ip } = packet;
  const difference = text.length - (end - start);
  const payload = packet.tcpPayload();
  if (packet.segmentSize > 0 || packet.end() + difference > packet.limit) return false;
  bytes.copyWithin(payload + start + text.length, payload + end, packet.end());
  for (let index = 0; index < text.length; index++) bytes[payload + start + index] = text.charCodeAt(index);
  const before = packet.end() - packet.transport;
  packet.ipLength += difference;
  packet.length += difference;
  if (packet.family === 4) {
    view.setUint16(ip + 2, packet.ipLength);
    view.setUint16(ip + 10, 0);
    view.setUint16(ip + 10, checksum(view, ip, packet.transport - ip));
  } else view.setUint16(ip + 4, packet.ipLength - 40);
  if (packet.partialChecksum) {
    // The pseudo-header has the length in it.
    const field = packet.transport + 16;
    view.setUint16(field, fold(view.getUint16(field) + wordDelta(before, before + difference)));
  } else writeTransportChecksum(packet);
  return true;
}

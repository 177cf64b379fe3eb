import { checksum } from './checksum.ts';
import { writeTransportChecksum } from './finish-checksum.ts';
import { Packet, PROTOCOL_TCP } from './packet.ts';
import type { Family } from '../address.ts';

const UDP_HEADER = 8;
const FIN_AND_PUSH = 0x09;
const CONGESTION_WINDOW_REDUCED = 0x80;
const DONT_FRAGMENT = 0x40;

/**
 * Cuts an encapsulated packet that its sender left to the device to cut (GSO) into datagrams of at most `segmentSize` bytes of
 * payload, as tcp_gso_segment and __udp_gso_segment do: not every device, nor the far end of a veth, cuts inside a tunnel.
 */
export function segmentTunnelled(packet: Packet): Uint8Array[] {
  const inner = new Packet(packet.bytes);
  if (!inner.loadQuoted(packet.transport, packet.end())) return [];
  const payload = inner.protocol === PROTOCOL_TCP ? inner.tcpPayload() : inner.transport + UDP_HEADER;
  const datagrams: Uint8Array[] = [];
  const end = packet.end();
  for (let at = payload; at < end; at += packet.segmentSize) {
    const length = Math.min(packet.segmentSize, end - at);
    const header = payload - packet.ip;
    const datagram = new Uint8Array(header + length);
    datagram.set(packet.bytes.subarray(packet.ip, payload));
    datagram.set(packet.bytes.subarray(at, at + length), header);
    const place = { number: datagrams.length, offset: at - payload, isLast: at + length === end };
    finishSegment(datagram, packet, inner, place);
    datagrams.push(datagram);
  }
  return datagrams;
}

interface Place {
  readonly number: number;
  /** Of the payload in the whole. */
  readonly offset: number;
  readonly isLast: boolean;
}

function finishSegment(datagram: Uint8Array, packet: Packet, whole: Packet, place: Place): void {
  const view = new DataView(datagram.buffer);
  const at = packet.tunnelHeader;
  const transport = whole.transport - packet.ip;
  finishHeader(view, 0, datagram.length, packet.family, place.number);
  finishHeader(view, at, datagram.length - at, whole.family, place.number);
  if (whole.protocol === PROTOCOL_TCP) {
    view.setUint32(transport + 4, (view.getUint32(transport + 4) + place.offset) >>> 0);
    let flags = view.getUint8(transport + 13);
    if (!place.isLast) flags &= ~FIN_AND_PUSH;
    if (place.number > 0) flags &= ~CONGESTION_WINDOW_REDUCED;
    view.setUint8(transport + 13, flags);
  } else view.setUint16(transport + 4, datagram.length - transport);
  const segment = new Packet(datagram);
  if (segment.loadQuoted(at, datagram.length)) writeTransportChecksum(segment);
}

/** Length, identification and checksum of one of the two headers; a zero identification with DF stays zero. */
function finishHeader(view: DataView, at: number, length: number, family: Family, number: number): void {
  if (family === 6) {
    view.setUint16(at + 4, length - 40);
    return;
  }
  const header = (view.getUint8(at) & 0x0f) * 4;
  const identification = view.getUint16(at + 4);
  const isAtomic = identification === 0 && (view.getUint8(at + 6) & DONT_FRAGMENT) !== 0;
  view.setUint16(at + 2, length);
  if (!isAtomic) view.setUint16(at + 4, identification + number);
  view.setUint16(at + 10, 0);
  view.setUint16(at + 10, checksum(view, at, header));
}

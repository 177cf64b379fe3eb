import { checksum, pseudoHeaderSum } from './checksum.ts';
import { DEFAULT_TIME_TO_LIVE, headerLength, readTrafficClass, writeIpHeader } from './ip-header.ts';
import { DONT_FRAGMENT, PROTOCOL_TCP, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from './packet.ts';
import type { Packet } from './packet.ts';

const TCP_HEADER = 20;

/** The answer to a segment of a connection that does not exist (RFC 9293 section 3.10.7.1); none to a reset. */
export function buildTcpReset(packet: Packet): Uint8Array | undefined {
  const flags = packet.tcpFlags();
  if ((flags & TCP_RST) !== 0) return undefined;
  const header = headerLength(packet.family);
  const datagram = new Uint8Array(header + TCP_HEADER);
  const view = new DataView(datagram.buffer);
  writeIpHeader(view, 0, datagram.length, {
    family: packet.family,
    protocol: PROTOCOL_TCP,
    source: packet.addresses,
    sourceAt: 4,
    destination: packet.addresses,
    destinationAt: 0,
    // As the kernel's own answers (ip_send_unicast_reply, tcp_v6_send_response).
    trafficClass: readTrafficClass(packet.view, packet.ip, packet.family),
    timeToLive: DEFAULT_TIME_TO_LIVE,
    fragment: DONT_FRAGMENT,
    identification: 0,
  });
  view.setUint16(header, packet.destinationPort);
  view.setUint16(header + 2, packet.sourcePort);
  if ((flags & TCP_ACK) !== 0) {
    view.setUint32(header + 4, packet.view.getUint32(packet.transport + 8));
    view.setUint8(header + 13, TCP_RST);
  } else {
    const sequence = packet.view.getUint32(packet.transport + 4) + sequenceLength(packet, flags);
    view.setUint32(header + 8, sequence >>> 0);
    view.setUint8(header + 13, TCP_RST | TCP_ACK);
  }
  view.setUint8(header + 12, (TCP_HEADER / 4) << 4);
  // The sum does not care which end is which.
  const pseudo = pseudoHeaderSum(packet.addresses, PROTOCOL_TCP, TCP_HEADER);
  view.setUint16(header + 16, checksum(view, header, TCP_HEADER, pseudo));
  return datagram;
}

/** How far a segment moves the sequence number: its data, and one each for SYN and FIN. */
function sequenceLength(packet: Packet, flags: number): number {
  const data = packet.end() - packet.tcpPayload();
  return Math.max(data, 0) + ((flags & TCP_SYN) === 0 ? 0 : 1) + ((flags & TCP_FIN) === 0 ? 0 : 1);
}

import { checksum, pseudoHeaderSum } from './checksum.ts';
import { writeIpv4Header } from './icmp-error.ts';
import { DONT_FRAGMENT, PROTOCOL_TCP, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from './packet.ts';
import type { Packet } from './packet.ts';

const IPV4_HEADER = 20;
const TCP_HEADER = 20;

/** The answer to a segment of a connection that does not exist (RFC 9293 section 3.10.7.1); none to a reset. */
export function buildTcpReset(packet: Packet): Uint8Array | undefined {
  const flags = packet.tcpFlags();
  if ((flags & TCP_RST) !== 0) return undefined;
  const datagram = new Uint8Array(IPV4_HEADER + TCP_HEADER);
  const view = new DataView(datagram.buffer);
  const { source, destination } = packet;
  const addresses = { source: destination, destination: source };
  writeIpv4Header(view, { ...addresses, protocol: PROTOCOL_TCP, fragment: DONT_FRAGMENT });
  view.setUint16(IPV4_HEADER, packet.destinationPort);
  view.setUint16(IPV4_HEADER + 2, packet.sourcePort);
  if ((flags & TCP_ACK) !== 0) {
    view.setUint32(IPV4_HEADER + 4, packet.view.getUint32(packet.transport + 8));
    view.setUint8(IPV4_HEADER + 13, TCP_RST);
  } else {
    view.setUint32(
      IPV4_HEADER + 8,
      (packet.view.getUint32(packet.transport + 4) + sequenceLength(packet, flags)) >>> 0,
    );
    view.setUint8(IPV4_HEADER + 13, TCP_RST | TCP_ACK);
  }
  view.setUint8(IPV4_HEADER + 12, (TCP_HEADER / 4) << 4);
  const pseudo = pseudoHeaderSum(source, destination, PROTOCOL_TCP, TCP_HEADER);
  view.setUint16(IPV4_HEADER + 16, checksum(view, IPV4_HEADER, TCP_HEADER, pseudo));
  return datagram;
}

/** How far a segment moves the sequence number: its data, and one each for SYN and FIN. */
function sequenceLength(packet: Packet, flags: number): number {
  const header = (packet.view.getUint8(packet.transport + 12) >> 4) * 4;
  const data = packet.ip + packet.ipLength - packet.transport - header;
  return Math.max(data, 0) + ((flags & TCP_SYN) === 0 ? 0 : 1) + ((flags & TCP_FIN) === 0 ? 0 : 1);
}

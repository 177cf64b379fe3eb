import { checksum, fold, sumWords } from '../packet/checksum.ts';
import { isIcmpError } from '../packet/icmp-error.ts';
import { FRAGMENT_OFFSET_MASK, PROTOCOL_TCP, PROTOCOL_UDP } from '../packet/packet.ts';
import type { Packet } from '../packet/packet.ts';
import { rewriteDestination, rewriteSource } from '../packet/rewrite.ts';

const ICMP_HEADER = 8;
const IPV4_HEADER = 20;
/** RFC 792 guarantees eight bytes of the transport header: both ports are among them. */
const QUOTED_PORTS = 8;

/** The flow that an ICMP error is about: ends as in the quoted packet, and where it lies in the buffer. */
export interface QuotedPacket {
  readonly offset: number;
  readonly transport: number;
  readonly protocol: number;
  readonly source: number;
  readonly sourcePort: number;
  readonly destination: number;
  readonly destinationPort: number;
}

/** Reads the header that an ICMP error quotes; undefined when it is no error or the flow cannot be told. */
export function readQuotedPacket(packet: Packet): QuotedPacket | undefined {
  const { view } = packet;
  const offset = packet.transport + ICMP_HEADER;
  const end = packet.ip + packet.ipLength;
  if (!isIcmpError(view.getUint8(packet.transport)) || offset + IPV4_HEADER > end) return undefined;
  const first = view.getUint8(offset);
  const transport = offset + (first & 0x0f) * 4;
  const protocol = view.getUint8(offset + 9);
  if (first >> 4 !== 4 || transport < offset + IPV4_HEADER || transport + QUOTED_PORTS > end) return undefined;
  if ((view.getUint16(offset + 6) & FRAGMENT_OFFSET_MASK) !== 0) return undefined;
  if (protocol !== PROTOCOL_TCP && protocol !== PROTOCOL_UDP) return undefined;
  return {
    offset,
    transport,
    protocol,
    source: view.getUint32(offset + 12),
    sourcePort: view.getUint16(transport),
    destination: view.getUint32(offset + 16),
    destinationPort: view.getUint16(transport + 2),
  };
}

export function isIcmpChecksumGood(packet: Packet): boolean {
  const length = packet.ip + packet.ipLength - packet.transport;
  return fold(sumWords(packet.view, packet.transport, length)) === 0xffff;
}

/** An error about an answer, on its way to the real server: the server appears wherever the virtual service stood. */
export function translateTowardsServer(packet: Packet, quoted: QuotedPacket, server: number, port: number): void {
  rewriteDestination(packet, server, 0);
  packet.view.setUint32(quoted.offset + 12, server);
  packet.view.setUint16(quoted.transport, port);
  rewriteChecksums(packet, quoted);
}

/** An error from the inside about a request: for the client it comes from the virtual address, about what it sent there. */
export function translateTowardsClient(packet: Packet, quoted: QuotedPacket, virtual: number, port: number): void {
  rewriteSource(packet, virtual, 0);
  packet.view.setUint32(quoted.offset + 16, virtual);
  packet.view.setUint16(quoted.transport + 2, port);
  rewriteChecksums(packet, quoted);
}

/** The quoted transport checksum stays as it is, as in ip_vs_nat_icmp: receivers do not look at it. */
function rewriteChecksums(packet: Packet, quoted: QuotedPacket): void {
  const { view } = packet;
  view.setUint16(quoted.offset + 10, 0);
  view.setUint16(quoted.offset + 10, checksum(view, quoted.offset, quoted.transport - quoted.offset));
  view.setUint16(packet.transport + 2, 0);
  const length = packet.ip + packet.ipLength - packet.transport;
  view.setUint16(packet.transport + 2, checksum(view, packet.transport, length));
}

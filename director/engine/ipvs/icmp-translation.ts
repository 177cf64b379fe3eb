import type { Family } from '../address.ts';
import { checksum, fold, pseudoHeaderSum, sumWords } from '../packet/checksum.ts';
import { PROTOCOL_IPIP, PROTOCOL_IPV6 } from '../packet/encapsulate.ts';
import { isFollowedIcmpError } from '../packet/icmp-error.ts';
import { IPV4_HEADER, Packet, PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from '../packet/packet.ts';
import { rewriteDestination, rewriteSource } from '../packet/rewrite.ts';
import type { Flow } from './flow.ts';

const ICMP_HEADER = 8;
const IPV6_SHIFT = 8;

/** Reads what ICMP errors quote. One object for a buffer is used again and again. */
export class QuotedPacket {
  readonly packet: Packet;
  /** The flow the other way round: from the quoted packet's destination to its source. */
  readonly reverse = new ReverseFlow();

  constructor(bytes: Uint8Array) {
    this.packet = new Packet(bytes);
  }

  /**
   * True when the ICMP error quotes a packet of TCP or UDP whose ports are there; false too when it is no error. Of errors about
   * a packet that we encapsulated, `tunnelledAt` tells where that is.
   */
  read(error: Packet): boolean {
    if (!isFollowedIcmpError(error)) return false;
    return this.readAt(error, error.transport + ICMP_HEADER) && this.packet.family === error.family;
  }

  /**
   * Offset of the packet inside an outer header that we made, when the error is about such a one; -1 otherwise. Over IPv6 the
   * kernel does not look into tunnels either.
   */
  tunnelledAt(error: Packet): number {
    if (!isFollowedIcmpError(error) || error.protocol !== PROTOCOL_ICMP) return -1;
    const { view } = error;
    const outer = error.transport + ICMP_HEADER;
    if (outer + IPV4_HEADER > error.end()) return -1;
    const protocol = view.getUint8(outer + 9);
    if (protocol !== PROTOCOL_IPIP && protocol !== PROTOCOL_IPV6) return -1;
    return outer + (view.getUint8(outer) & 0x0f) * 4;
  }

  readAt(error: Packet, at: number): boolean {
    const { packet, reverse } = this;
    if (!packet.loadQuoted(at, error.end()) || !reverse.set(packet)) return false;
    reverse.mark = error.mark;
    return true;
  }
}

/** A flow seen from the other end. */
export class ReverseFlow implements Flow {
  family: Family = 4;
  protocol = 0;
  readonly addresses = new Uint32Array(8);
  sourcePort = 0;
  destinationPort = 0;
  /** Of the packet that tells of the flow, not of the flow's own. */
  mark = 0;

  /** False when the packet has no ports. */
  set(packet: Packet): boolean {
    if (packet.isLaterFragment()) return false;
    if (packet.protocol !== PROTOCOL_TCP && packet.protocol !== PROTOCOL_UDP) return false;
    this.family = packet.family;
    this.protocol = packet.protocol;
    this.sourcePort = packet.destinationPort;
    this.destinationPort = packet.sourcePort;
    for (let word = 0; word < 4; word++) {
      this.addresses[word] = packet.addresses[word + 4] ?? 0;
      this.addresses[word + 4] = packet.addresses[word] ?? 0;
    }
    return true;
  }
}

export function isIcmpChecksumGood(packet: Packet): boolean {
  const length = packet.end() - packet.transport;
  const pseudo = packet.family === 4 ? 0 : pseudoHeaderSum(packet.addresses, packet.protocol, length);
  return fold(pseudo + sumWords(packet.view, packet.transport, length)) === 0xffff;
}

/** An error about an answer, on its way to the real server: the server appears wherever the virtual service stood. */
export function translateTowardsServer(
  packet: Packet,
  quoted: Packet,
  words: Uint32Array,
  at: number,
  port: number,
): void {
  rewriteDestination(packet, words, at, 0);
  writeQuotedAddress(quoted, 0, words, at);
  quoted.view.setUint16(quoted.transport, port);
  rewriteChecksums(packet, quoted);
}

/** An error from the inside about a request: for the client it comes from the virtual address, about what it sent there. */
export function translateTowardsClient(
  packet: Packet,
  quoted: Packet,
  words: Uint32Array,
  at: number,
  port: number,
): void {
  rewriteSource(packet, words, at, 0);
  writeQuotedAddress(quoted, 4, words, at);
  quoted.view.setUint16(quoted.transport + 2, port);
  rewriteChecksums(packet, quoted);
}

/** `word` is 0 for the source, 4 for the destination. */
function writeQuotedAddress({ view, ip, family }: Packet, word: number, words: Uint32Array, at: number): void {
  if (family === 4) {
    view.setUint32(ip + 12 + word, words[at + 3] ?? 0);
    return;
  }
  for (let part = 0; part < 4; part++) view.setUint32(ip + IPV6_SHIFT + (word + part) * 4, words[at + part] ?? 0);
}

/** The quoted transport checksum stays as it is, as in ip_vs_nat_icmp: receivers do not look at it. */
function rewriteChecksums(packet: Packet, quoted: Packet): void {
  const { view } = packet;
  if (quoted.family === 4) {
    view.setUint16(quoted.ip + 10, 0);
    view.setUint16(quoted.ip + 10, checksum(view, quoted.ip, quoted.transport - quoted.ip));
  }
  view.setUint16(packet.transport + 2, 0);
  const length = packet.end() - packet.transport;
  const pseudo = packet.family === 4 ? 0 : pseudoHeaderSum(packet.addresses, packet.protocol, length);
  view.setUint16(packet.transport + 2, checksum(view, packet.transport, length, pseudo));
}

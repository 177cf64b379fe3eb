import { buildIcmpError, isTooBigMessage } from '../packet/icmp-error.ts';
import type { Packet } from '../packet/packet.ts';
import { REFUSED } from './balancer.ts';
import type { Balancer } from './balancer.ts';
import { SERVER, VIRTUAL } from './connection-columns.ts';
import { FLAG_FORWARDING_MASK, FORWARD_MASQUERADE, FORWARD_TUNNEL } from './connection-flags.ts';
import type { Decision, Hop, Paths } from './decision.ts';
import { drop } from './icmp-answers.ts';
import type { IcmpAnswers } from './icmp-answers.ts';
import {
  isIcmpChecksumGood,
  QuotedPacket,
  ReverseFlow,
  translateTowardsClient,
  translateTowardsServer,
} from './icmp-translation.ts';
import type { Transmission } from './transmission.ts';

const PASS = { type: 'pass' } as const;
const DESTINATION = 4;
const MTU_FIELD = 4;

/** ip_vs_in_icmp and ip_vs_out_icmp: errors about one of our flows; everything else is the kernel's. */
export class IcmpForwarder<H extends Hop> {
  private readonly balancer: Balancer;
  private readonly paths: Paths<H>;
  private readonly transmission: Transmission<H>;
  private readonly answers: IcmpAnswers;
  private quoted: QuotedPacket | undefined;
  private readonly refused = new ReverseFlow();

  constructor(balancer: Balancer, paths: Paths<H>, transmission: Transmission<H>, answers: IcmpAnswers) {
    this.balancer = balancer;
    this.paths = paths;
    this.transmission = transmission;
    this.answers = answers;
  }

  private quotedIn(packet: Packet): QuotedPacket {
    if (this.quoted?.packet.bytes !== packet.bytes) this.quoted = new QuotedPacket(packet.bytes);
    return this.quoted;
  }

  handle(packet: Packet, isLocal: boolean, now: number): Decision<H> {
    const quoted = this.quotedIn(packet);
    if (isLocal) {
      const inner = quoted.tunnelledAt(packet);
      if (inner !== -1) return this.fromTunnel(packet, quoted, inner, now);
    }
    if (!quoted.read(packet)) return PASS;
    return isLocal ? this.fromClient(packet, quoted, now) : this.fromServer(packet, quoted, now);
  }

  /** About an answer: it quotes what the client got from the virtual address. */
  private fromClient(packet: Packet, quoted: QuotedPacket, now: number): Decision<H> {
    const { connections } = this.balancer;
    const known = connections.findIncoming(quoted.reverse);
    const entry = known === -1 ? this.balancer.admitQuoted(quoted.reverse, now) : known;
    if (entry === REFUSED.noService) return PASS;
    if (entry < 0) return drop(entry === REFUSED.overloaded ? 'refused-by-defence' : 'no-server');
    if (!isIcmpChecksumGood(packet)) return drop('bad-checksum');
    this.balancer.countIn(entry, packet.ipLength);
    if (!this.isMasqueraded(entry)) {
      return this.transmission.toServer(entry, packet, false, now);
    }
    const hop = this.transmission.hopToServer(entry);
    if (hop === undefined) return this.answers.refuse(packet, 'host-unreachable', now);
    const obstacle = this.transmission.obstacleToServer(packet, hop.mtu, now);
    if (obstacle !== undefined) return obstacle;
    const at = connections.wordsAt(entry) + SERVER;
    translateTowardsServer(packet, quoted.packet, connections.addresses, at, connections.serverPort(entry));
    return this.transmission.send(packet, hop);
  }

  /**
   * About a request, from a server or a router before it. What is not masqueraded is counted and goes its way as it is
   * (handle_response_icmp).
   */
  private fromServer(packet: Packet, quoted: QuotedPacket, now: number): Decision<H> {
    const { connections } = this.balancer;
    const entry = connections.findOutgoing(quoted.reverse);
    if (entry === -1) return PASS;
    if (!this.isMasqueraded(entry)) {
      // Without another hop to live, it gets no further than the host's own routing.
      if (packet.timeToLive() > 1) this.balancer.countOut(entry, packet.ipLength);
      return PASS;
    }
    if (!isIcmpChecksumGood(packet)) return drop('bad-checksum');
    const at = connections.wordsAt(entry) + VIRTUAL;
    const hop = this.paths.find(packet.family, packet.addresses, DESTINATION, connections.addresses, at);
    if (hop === undefined) return this.answers.refuse(packet, 'host-unreachable', now);
    const obstacle = this.transmission.obstacle(packet, hop.mtu, now);
    if (obstacle !== undefined) return obstacle;
    this.balancer.countOut(entry, packet.ipLength);
    translateTowardsClient(packet, quoted.packet, connections.addresses, at, connections.virtualPort(entry));
    return this.transmission.send(packet, hop);
  }

  private isMasqueraded(entry: number): boolean {
    return (this.balancer.connections.flags(entry) & FLAG_FORWARDING_MASK) === FORWARD_MASQUERADE;
  }

  /**
   * Errors that this host sends itself pass ip_vs_out_icmp like those of servers: about what is not masqueraded, they count as
   * going out. What is masqueraded is not found, because the sender's packet still has the virtual address.
   */
  countOwn(about: Packet, bytes: number): void {
    if (!this.refused.set(about)) return;
    const entry = this.balancer.connections.findOutgoing(this.refused);
    if (entry !== -1 && !this.isMasqueraded(entry)) this.balancer.countOut(entry, bytes);
  }

  /** About a packet that we encapsulated: its sender gets the error about the packet inside. */
  private fromTunnel(packet: Packet, quoted: QuotedPacket, at: number, now: number): Decision<H> {
    const { connections } = this.balancer;
    if (!quoted.readAt(packet, at)) return PASS;
    const entry = connections.findIncoming(quoted.packet);
    if (entry === -1 || (connections.flags(entry) & FLAG_FORWARDING_MASK) !== FORWARD_TUNNEL) return PASS;
    if (!isIcmpChecksumGood(packet)) return drop('bad-checksum');
    const { view, transport } = packet;
    const inner = quoted.packet;
    let parameter = view.getUint32(transport + MTU_FIELD);
    if (isTooBigMessage(packet)) {
      parameter = this.transmission.learnTunnelMtu(entry, parameter & 0xffff, now);
      // A client that lets its packets be cut has nothing to learn.
      if (inner.mayFragment()) return drop('tunnel-error');
    }
    // Across families there is no such message; the client sees the new MTU with its next packet.
    if (inner.family !== packet.family) return drop('tunnel-error');
    const error = { type: view.getUint8(transport), code: view.getUint8(transport + 1), parameter };
    const answer = buildIcmpError(inner, error, inner.addresses, DESTINATION);
    if (answer !== undefined) this.countOwn(inner, answer.length);
    // Once as a packet of this host's, and once more for what the router quoted (ip_vs_in_icmp).
    this.balancer.countOut(entry, inner.ipLength);
    return drop('tunnel-error', answer);
  }
}

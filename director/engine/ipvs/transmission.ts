import type { Family } from '../address.ts';
import { encapsulate } from '../packet/encapsulate.ts';
import { headerLength } from '../packet/ip-header.ts';
import type { Packet } from '../packet/packet.ts';
import { decrementTimeToLive, rewriteDestination } from '../packet/rewrite.ts';
import type { Balancer } from './balancer.ts';
import { SERVER, VIRTUAL } from './connection-columns.ts';
import {
  FLAG_FORWARDING_MASK,
  FLAG_NO_CLIENT_PORT,
  FORWARD_BYPASS,
  FORWARD_LOCAL,
  FORWARD_MASQUERADE,
  FORWARD_TUNNEL,
} from './connection-flags.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { Decision, Forward, Hop, Paths } from './decision.ts';
import { drop } from './icmp-answers.ts';
import type { IcmpAnswers } from './icmp-answers.ts';
import { TunnelRoutes } from './tunnel-routes.ts';

/** What every host must take (RFC 791, RFC 8200); the kernel gives up on tunnels narrower than that. */
const LEAST_MTU = { 4: 68, 6: 1280 } as const;
const DESTINATION = 4;

/** Sends packets to the server of their entry, by the entry's forwarding method (net/netfilter/ipvs/ip_vs_xmit.c). */
export class Transmission<H extends Hop> {
  private readonly balancer: Balancer;
  private readonly connections: ConnectionTable;
  private readonly paths: Paths<H>;
  private readonly answers: IcmpAnswers;
  private readonly tunnelRoutes = new TunnelRoutes();
  private identification = 0;
  /** Reused for every packet. */
  private forward: { -readonly [Key in keyof Forward<H>]: Forward<H>[Key] } | undefined;

  constructor(balancer: Balancer, paths: Paths<H>, answers: IcmpAnswers) {
    this.balancer = balancer;
    this.connections = balancer.connections;
    this.paths = paths;
    this.answers = answers;
  }

  /** One hop further, to the server of an entry; `entry` -1: there is more to it. */
  send(packet: Packet, hop: H, isRepeated = false, entry = -1): Decision<H> {
    decrementTimeToLive(packet);
    return this.leave(hop, isRepeated, entry);
  }

  /** One hop further, to the client of an entry. */
  sendToClient(entry: number, packet: Packet, hop: H): Decision<H> {
    decrementTimeToLive(packet);
    return this.leave(hop, false, entry, true);
  }

  /** To this host's own stack, as the packet is. */
  toLocalStack(): Decision<H> {
    return this.leave(this.paths.local, false);
  }

  private leave(hop: H, isRepeated: boolean, entry = -1, isAnswer = false): Decision<H> {
    this.forward ??= { type: 'forward', hop, isRepeated, entry, isAnswer };
    const { forward } = this;
    forward.hop = hop;
    forward.isRepeated = isRepeated;
    forward.entry = entry;
    forward.isAnswer = isAnswer;
    return forward;
  }

  /** What keeps an answer from the client, told to its sender before anything in it was changed; undefined: nothing. */
  obstacle(packet: Packet, mtu: number, now: number): Decision<H> | undefined {
    if (packet.timeToLive() <= 1) return this.answers.refuse(packet, 'time-exceeded', now);
    return isTooLarge(packet, mtu) ? this.answers.refuse(packet, 'too-big', now, mtu) : undefined;
  }

  /**
   * What keeps a request from its server. The kernel has counted the hop by the time at which it looks at the size, and quotes
   * the packet so (__ip_vs_get_out_rt).
   */
  obstacleToServer(packet: Packet, mtu: number, now: number): Decision<H> | undefined {
    if (packet.timeToLive() <= 1) return this.answers.refuse(packet, 'time-exceeded', now);
    if (!isTooLarge(packet, mtu)) return undefined;
    decrementTimeToLive(packet);
    return this.answers.refuse(packet, 'too-big', now, mtu);
  }

  toServer(entry: number, packet: Packet, isRepeated: boolean, now: number): Decision<H> {
    switch (this.connections.flags(entry) & FLAG_FORWARDING_MASK) {
      case FORWARD_MASQUERADE:
        return this.masquerade(entry, packet, isRepeated, now);
      case FORWARD_TUNNEL:
        return this.tunnel(entry, packet, isRepeated, now);
      case FORWARD_LOCAL:
        return this.toLocalStack();
      case FORWARD_BYPASS:
        return this.direct(this.paths.find(packet.family, packet.addresses, DESTINATION), packet, isRepeated, now);
      default:
        return this.direct(this.hopToServer(entry), packet, isRepeated, now, entry);
    }
  }

  hopToServer(entry: number): H | undefined {
    const { connections } = this;
    return this.paths.find(this.serverFamily(entry), connections.addresses, connections.wordsAt(entry) + SERVER);
  }

  /** A tunnel may lead to a server of the other family. */
  private serverFamily(entry: number): Family {
    const destination = this.balancer.services.destination(this.connections.destination(entry));
    return destination?.address.family ?? this.connections.family(entry);
  }

  private masquerade(entry: number, packet: Packet, isRepeated: boolean, now: number): Decision<H> {
    const { connections } = this;
    const hop = this.hopToServer(entry);
    if (hop === undefined) return this.answers.refuse(packet, 'host-unreachable', now);
    if (hop.isLocal) return this.masqueradeLocally(entry, packet);
    const obstacle = this.obstacleToServer(packet, hop.mtu, now);
    if (obstacle !== undefined) return obstacle;
    if ((connections.flags(entry) & FLAG_NO_CLIENT_PORT) !== 0) connections.fillClientPort(entry, packet.sourcePort);
    rewriteDestination(
      packet,
      connections.addresses,
      connections.wordsAt(entry) + SERVER,
      connections.serverPort(entry),
    );
    return this.send(packet, hop, isRepeated, entry);
  }

  /**
   * A masqueraded server on this host itself: only the virtual address and port themselves, because what local sockets answer
   * does not come by here to be translated back. To loopback addresses the kernel does not translate either.
   */
  private masqueradeLocally(entry: number, packet: Packet): Decision<H> {
    const { connections } = this;
    const { addresses } = connections;
    const at = connections.wordsAt(entry);
    for (let word = 0; word < 4; word++)
      if (addresses[at + SERVER + word] !== addresses[at + VIRTUAL + word]) return drop('local-server');
    return packet.destinationPort === connections.serverPort(entry) || packet.isLaterFragment()
      ? this.toLocalStack()
      : drop('local-server');
  }

  /** The packet as it is, to the server's own hardware address. */
  private direct(hop: H | undefined, packet: Packet, isRepeated: boolean, now: number, entry = -1): Decision<H> {
    if (hop === undefined) return this.answers.refuse(packet, 'host-unreachable', now);
    if (hop.isLocal) return this.toLocalStack();
    return this.obstacleToServer(packet, hop.mtu, now) ?? this.send(packet, hop, isRepeated, entry);
  }

  private tunnel(entry: number, packet: Packet, isRepeated: boolean, now: number): Decision<H> {
    const { connections } = this;
    const destination = this.balancer.services.destination(connections.destination(entry));
    if (destination?.tunnel !== undefined && destination.tunnel.type !== 'ipip') return drop('tunnel-unsupported');
    const hop = this.hopToServer(entry);
    if (hop === undefined) return this.answers.refuse(packet, 'host-unreachable', now);
    if (hop.isLocal) return this.toLocalStack();
    const family = this.serverFamily(entry);
    const server = destination?.address ?? connections.serverAddress(entry);
    const routeMtu = this.tunnelRoutes.mtu(destination, server, hop.mtu, now);
    const mtu = routeMtu - headerLength(family);
    if (mtu < LEAST_MTU[family]) return drop('too-big');
    const copiesDf = this.balancer.services.sysctls.number('pmtu_disc') !== 0;
    const isCutAnyway = packet.family === 4 && !copiesDf;
    const obstacle = this.obstacleToServer(packet, isCutAnyway ? Infinity : mtu, now);
    if (obstacle !== undefined) return obstacle;
    const at = connections.wordsAt(entry) + SERVER;
    // What may be cut is cut for the whole way, not for the link alone.
    const way = routeMtu < hop.mtu && packet.ipLength > mtu ? { ...hop, mtu: routeMtu } : hop;
    const decision = this.send(packet, way, isRepeated);
    const ends = { family, source: hop.source, destination: connections.addresses, destinationAt: at };
    this.identification = (this.identification + 1) & 0xffff;
    encapsulate(packet, ends, copiesDf, this.identification);
    return decision;
  }

  /** A router on the way to a tunnelled server said how much passes. Returns the MTU that the client is told now. */
  learnTunnelMtu(entry: number, mtu: number, now: number): number {
    const destination = this.balancer.services.destination(this.connections.destination(entry));
    const server = destination?.address ?? this.connections.serverAddress(entry);
    const told = this.tunnelRoutes.learn(destination, server, mtu, now);
    const header = headerLength(server.family);
    return told > LEAST_MTU[4] + header ? told - header : told;
  }
}

function isTooLarge(packet: Packet, mtu: number): boolean {
  // A packet that the device cuts up cannot be cut twice, whatever its DF bit says.
  const isUncuttable = packet.segmentSize > 0 || !packet.mayFragment();
  if (!isUncuttable || packet.largestIpLength() <= mtu) return false;
  // ICMP errors are shortened by whoever made them, and complaints about them are forbidden.
  return !packet.isIcmp() || packet.family === 6;
}

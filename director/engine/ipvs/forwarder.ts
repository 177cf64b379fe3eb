import type { Address } from '../address.ts';
import { PROTOCOL_TCP, TCP_RST, TCP_SYN } from '../packet/packet.ts';
import type { Packet } from '../packet/packet.ts';
import { decrementTimeToLive, rewriteSource } from '../packet/rewrite.ts';
import { buildTcpReset } from '../packet/tcp-reset.ts';
import { REFUSED } from './balancer.ts';
import type { Balancer } from './balancer.ts';
import { CLIENT, SERVER, VIRTUAL } from './connection-columns.ts';
import { FLAG_FORWARDING_MASK, FORWARD_MASQUERADE } from './connection-flags.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { Decision, Hop, Paths } from './decision.ts';
import { FragmentMemory } from './fragment-memory.ts';
import type { FragmentRoute } from './fragment-memory.ts';
import type { FtpHelper } from './ftp.ts';
import { drop, IcmpAnswers } from './icmp-answers.ts';
import { IcmpForwarder } from './icmp-forwarder.ts';
import { IcmpLimiter } from './icmp-limiter.ts';
import type { ErrorLimit } from './icmp-limiter.ts';
import { FTP_PORT } from './service.ts';
import { TCP_STATE_SYN_RECV } from './tcp-states.ts';
import { Transmission } from './transmission.ts';

const PASS = { type: 'pass' } as const;
const SOURCE = 0;
const DESTINATION = 4;

/**
 * The virtual server, one packet at a time: which server, which state, which addresses. It follows
 * net/netfilter/ipvs/ip_vs_core.c; what the kernel decides about connections is the balancer's. Packets are rewritten in
 * place.
 */
export class Forwarder<H extends Hop> {
  private readonly balancer: Balancer;
  private readonly connections: ConnectionTable;
  private readonly paths: Paths<H>;
  private readonly fragments = new FragmentMemory();
  private readonly answers: IcmpAnswers;
  private readonly transmission: Transmission<H>;
  private readonly icmp: IcmpForwarder<H>;
  private readonly ftp: FtpHelper | undefined;
  /** A handful of addresses: a scan beats a hash. Four words each. */
  private local = new Uint32Array();
  /** Frames that waited for the first fragment of their datagram, which has just passed. */
  private released: Uint8Array[] = [];

  /** `limit`: how often senders are told of errors. */
  constructor(balancer: Balancer, paths: Paths<H>, ftp?: FtpHelper, limit: ErrorLimit = new IcmpLimiter()) {
    this.balancer = balancer;
    this.connections = balancer.connections;
    this.paths = paths;
    this.ftp = ftp;
    this.answers = new IcmpAnswers({
      limit,
      isLocal: (packet) => this.isLocal(packet),
      ownAddress: ({ family, addresses }) => paths.find(family, addresses, SOURCE)?.source,
      complained: (packet, bytes) => {
        this.icmp.countOwn(packet, bytes);
      },
    });
    this.transmission = new Transmission(balancer, paths, this.answers);
    this.icmp = new IcmpForwarder(balancer, paths, this.transmission, this.answers);
  }

  /** Only packets to these addresses are taken as packets to a virtual service, and marked ones that are routed to this host. */
  setLocalAddresses(addresses: readonly Address[]): void {
    this.local = Uint32Array.from(addresses.flatMap(({ words }) => [...words]));
  }

  /** Drops entries whose time has come. */
  expire(now: number): void {
    this.balancer.expire(now);
  }

  handle(packet: Packet, now: number): Decision<H> {
    if (packet.isLaterFragment()) return this.laterFragment(packet, now);
    const isLocal = this.isLocal(packet);
    if (packet.isIcmp()) return this.icmp.handle(packet, isLocal, now);
    return isLocal ? this.request(packet, now) : this.answer(packet, now);
  }

  /** Later fragments that may go on now; to be called after `handle` took a first fragment, and handled one by one. */
  takeReleased(): Uint8Array[] {
    const { released } = this;
    if (released.length > 0) this.released = [];
    return released;
  }

  private isLocal(packet: Packet): boolean {
    const { local } = this;
    const { addresses } = packet;
    for (let at = 0; at < local.length; at += 4)
      if (
        local[at + 3] === addresses[7] &&
        local[at + 2] === addresses[6] &&
        local[at + 1] === addresses[5] &&
        local[at] === addresses[4]
      )
        return true;
    return packet.mark !== 0 && this.paths.isLocal(packet.family, addresses, DESTINATION, packet.mark);
  }

  /** ip_vs_in: client to virtual service. */
  private request(packet: Packet, now: number): Decision<H> {
    const flags = flagsOf(packet);
    const entry = this.balancer.admit(packet, flags, now);
    if (entry < 0) return this.refused(entry, packet, now);
    if (packet.isFirstFragment()) this.remember(packet, { incoming: true, entry }, now);
    const isRepeated = (flags & TCP_SYN) !== 0 && this.connections.state(entry) === TCP_STATE_SYN_RECV;
    this.balancer.packetIn(entry, flags, packet.ipLength, now);
    if (this.ftp !== undefined && !this.ftp.request(entry, packet, now)) return drop('ftp');
    const decision = this.transmission.toServer(entry, packet, isRepeated, now);
    this.balancer.finish(entry);
    return decision;
  }

  private refused(reason: number, packet: Packet, now: number): Decision<H> {
    switch (reason) {
      case REFUSED.noServer:
        return this.answers.refuse(packet, 'port-unreachable', now);
      case REFUSED.tableFull:
        return drop('table-full');
      case REFUSED.serverRemoved:
        return drop('server-removed');
      case REFUSED.overloaded:
        return drop('refused-by-defence');
      case REFUSED.notFirstSegment:
        if (this.isFtpData(packet)) return this.transmission.toLocalStack();
        // Not the start of a connection: IPVS leaves it to the local stack, which knows no such connection either.
        return drop('not-first-segment', buildTcpReset(packet));
      default:
        return this.isKeptFromStack(packet) ? this.transmission.toLocalStack() : PASS;
    }
  }

  /** Where only announced connections are an FTP service's, others may be the local stack's. */
  private isFtpData(packet: Packet): boolean {
    return packet.destinationPort !== FTP_PORT && this.balancer.services.find(packet)?.port === FTP_PORT;
  }

  /** The rules keep more from the local stack than services take: FTP's data ports, and port 20 as a source. */
  private isKeptFromStack(packet: Packet): boolean {
    if (this.balancer.services.forwardsNothing) return true;
    return this.balancer.services.find(packet) !== undefined;
  }

  /** ip_vs_out: real server to client. Without an entry it is other traffic and the kernel routes it. */
  private answer(packet: Packet, now: number): Decision<H> {
    const entry = this.connections.findOutgoing(packet);
    // Without another hop to live, a packet gets no further than the host's own routing.
    const isRouted = packet.timeToLive() > 1;
    if (entry === -1) return isRouted && this.isUnwanted(packet) ? this.unwanted(packet, now) : PASS;
    if (!this.isMasqueraded(entry)) {
      // Other servers answer by ways of their own. What comes by here all the same is counted and routed (handle_response).
      if (isRouted) this.balancer.packetOut(entry, flagsOf(packet), packet.ipLength, now);
      return PASS;
    }
    if (packet.isFirstFragment()) this.remember(packet, { incoming: false, entry }, now);
    return this.toClient(entry, packet, now);
  }

  /** It has been routed by then: the hop is counted in what the error quotes. */
  private unwanted(packet: Packet, now: number): Decision<H> {
    decrementTimeToLive(packet);
    return this.answers.refuse(packet, 'port-unreachable', now);
  }

  /** With nat_icmp_send, servers are told that what they answer is over (ip_vs_out_hook). */
  private isUnwanted(packet: Packet): boolean {
    const { sysctls } = this.balancer.services;
    if (sysctls.number('nat_icmp_send') === 0 || (flagsOf(packet) & TCP_RST) !== 0) return false;
    return this.balancer.services.isMasqueradedServer(packet);
  }

  private isMasqueraded(entry: number): boolean {
    return (this.connections.flags(entry) & FLAG_FORWARDING_MASK) === FORWARD_MASQUERADE;
  }

  private toClient(entry: number, packet: Packet, now: number): Decision<H> {
    const { connections } = this;
    const at = connections.wordsAt(entry) + VIRTUAL;
    const hop = this.paths.find(packet.family, packet.addresses, DESTINATION, connections.addresses, at);
    if (hop === undefined) return this.answers.refuse(packet, 'host-unreachable', now);
    const obstacle = this.transmission.obstacle(packet, hop.mtu, now);
    if (obstacle !== undefined) return obstacle;
    if (packet.isLaterFragment()) this.balancer.fragmentOut(entry, packet.ipLength, now);
    else {
      this.balancer.packetOut(entry, flagsOf(packet), packet.ipLength, now);
      if (this.ftp !== undefined && !this.ftp.answer(entry, packet, now)) return drop('ftp');
    }
    rewriteSource(packet, connections.addresses, at, connections.virtualPort(entry));
    return this.transmission.sendToClient(entry, packet, hop);
  }

  private remember(packet: Packet, route: FragmentRoute, now: number): void {
    this.fragments.remember(packet, route, now);
    this.released = this.fragments.take(packet);
  }

  private laterFragment(packet: Packet, now: number): Decision<H> {
    const route = this.fragments.recall(packet, now);
    if (route === undefined || !this.isStillFlowOf(packet, route)) return this.early(packet, now);
    const { entry } = route;
    if (!route.incoming) return this.toClient(entry, packet, now);
    const destination = this.balancer.services.destination(this.connections.destination(entry));
    if (destination !== undefined && !destination.available) return drop('server-removed');
    this.balancer.fragmentIn(entry, packet.ipLength, now);
    return this.transmission.toServer(entry, packet, false, now);
  }

  /** A fragment that overtook the first of its datagram may be for a service: nobody can tell yet. */
  private early(packet: Packet, now: number): Decision<H> {
    if (!this.isLocal(packet)) return PASS;
    this.fragments.hold(packet, now);
    return drop('held');
  }

  /** The first fragment's entry may have ended, and its number serve another connection by now. */
  private isStillFlowOf(packet: Packet, { incoming, entry }: FragmentRoute): boolean {
    const { connections } = this;
    if (!connections.isInUse(entry)) return false;
    if (connections.protocol(entry) !== packet.protocol || connections.family(entry) !== packet.family) return false;
    const own = connections.wordsAt(entry);
    const [client, other, otherEnd] = incoming ? [SOURCE, DESTINATION, VIRTUAL] : [DESTINATION, SOURCE, SERVER];
    for (let word = 0; word < 4; word++) {
      if (connections.addresses[own + CLIENT + word] !== packet.addresses[client + word]) return false;
      if (connections.addresses[own + otherEnd + word] !== packet.addresses[other + word]) return false;
    }
    return true;
  }
}

function flagsOf(packet: Packet): number {
  return packet.protocol === PROTOCOL_TCP ? packet.tcpFlags() : 0;
}

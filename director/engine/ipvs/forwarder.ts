import {
  buildIcmpError,
  FRAGMENTATION_NEEDED,
  HOST_UNREACHABLE,
  ICMP_DESTINATION_UNREACHABLE,
  ICMP_TIME_EXCEEDED,
  PORT_UNREACHABLE,
} from '../packet/icmp-error.ts';
import type { IcmpError } from '../packet/icmp-error.ts';
import { PROTOCOL_ICMP, PROTOCOL_TCP, TCP_RST, TCP_SYN } from '../packet/packet.ts';
import type { Packet } from '../packet/packet.ts';
import { decrementTimeToLive, rewriteDestination, rewriteSource } from '../packet/rewrite.ts';
import { buildTcpReset } from '../packet/tcp-reset.ts';
import { ConnectionLife } from './connection-life.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { Decision, DropReason, Hop, Paths } from './decision.ts';
import { FragmentMemory } from './fragment-memory.ts';
import type { FragmentRoute } from './fragment-memory.ts';
import { IcmpLimiter } from './icmp-limiter.ts';
import {
  isIcmpChecksumGood,
  readQuotedPacket,
  translateTowardsClient,
  translateTowardsServer,
} from './icmp-translation.ts';
import type { Destination, ServiceTable, VirtualService } from './service-table.ts';
import { TCP_STATE_CLOSE, TCP_STATE_SYN_RECV, TCP_STATE_TIME_WAIT } from './tcp-states.ts';

const PASS = { type: 'pass' } as const;

/**
 * Virtual server by network address translation, one packet at a time: which server, which state, which addresses. It
 * follows net/netfilter/ipvs/ip_vs_core.c with default sysctls. Packets are rewritten in place.
 */
export class Forwarder<H extends Hop> {
  private readonly services: ServiceTable;
  private readonly connections: ConnectionTable;
  private readonly paths: Paths<H>;
  private readonly life: ConnectionLife;
  private readonly fragments = new FragmentMemory();
  private readonly limiter = new IcmpLimiter();
  /** A handful of addresses: a scan beats a hash. */
  private local: readonly number[] = [];
  /** Reused for every forwarded packet. */
  private forward: { type: 'forward'; hop: H; isRepeated: boolean } | undefined;

  constructor(services: ServiceTable, connections: ConnectionTable, paths: Paths<H>) {
    this.services = services;
    this.connections = connections;
    this.paths = paths;
    this.life = new ConnectionLife(connections, services);
  }

  /** Only packets to these addresses are taken as packets to a virtual service. */
  setLocalAddresses(addresses: readonly number[]): void {
    this.local = [...addresses];
  }

  /** Drops entries whose time has come. */
  expire(now: number): void {
    this.life.expire(now);
  }

  handle(packet: Packet, now: number): Decision<H> {
    const isLocal = this.local.includes(packet.destination);
    if (packet.isLaterFragment()) return this.laterFragment(packet, now);
    if (packet.protocol === PROTOCOL_ICMP) return this.icmpError(packet, isLocal, now);
    return isLocal ? this.request(packet, now) : this.answer(packet, now);
  }

  /** ip_vs_in: client to virtual service. */
  private request(packet: Packet, now: number): Decision<H> {
    const { protocol, source, sourcePort, destination, destinationPort } = packet;
    const entry = this.connections.findIncoming(protocol, source, sourcePort, destination, destinationPort);
    if (entry !== -1 && !this.isReused(entry, packet)) return this.toServer(entry, packet, now);
    const service = this.services.find(protocol, destination, destinationPort);
    if (service === undefined) return entry === -1 ? PASS : this.toServer(entry, packet, now);
    if (entry !== -1) this.life.end(entry);
    return this.newConnection(service, packet, now);
  }

  /** conn_reuse_mode=1: a SYN on an entry that is over belongs to a new connection (is_new_conn_expected). */
  private isReused(entry: number, packet: Packet): boolean {
    if (!this.isSyn(packet)) return false;
    const state = this.connections.state(entry);
    return state === TCP_STATE_TIME_WAIT || state === TCP_STATE_CLOSE;
  }

  private isSyn(packet: Packet): boolean {
    return packet.protocol === PROTOCOL_TCP && (packet.tcpFlags() & TCP_SYN) !== 0;
  }

  /** ip_vs_schedule. */
  private newConnection(service: VirtualService, packet: Packet, now: number): Decision<H> {
    if (packet.protocol === PROTOCOL_TCP && (packet.tcpFlags() & (TCP_SYN | TCP_RST)) !== TCP_SYN) {
      // Not the start of a connection: IPVS leaves it to the local stack, which knows no such connection either.
      return drop('not-first-segment', buildTcpReset(packet));
    }
    const destination = service.scheduler.schedule(service.destinations);
    if (destination === undefined) {
      const error = { type: ICMP_DESTINATION_UNREACHABLE, code: PORT_UNREACHABLE };
      return drop('no-server', this.error(packet, error, now));
    }
    const entry = this.life.begin(packet, destination, now);
    if (entry === -1) return drop('table-full');
    return this.toServer(entry, packet, now);
  }

  private toServer(entry: number, packet: Packet, now: number): Decision<H> {
    const destination = this.services.destination(this.connections.destination(entry));
    if (!destination?.available) return drop('server-removed');
    if (packet.isFirstFragment()) this.fragments.remember(packet, { incoming: true, entry }, now);
    countIn(destination, packet);
    const isRepeated = this.isSyn(packet) && this.connections.state(entry) === TCP_STATE_SYN_RECV;
    this.life.advance(entry, packet, 'input', now);
    const hop = this.paths.find(destination.address, 0);
    const obstacle = this.obstacle(packet, hop, now);
    if (hop === undefined || obstacle !== undefined) return obstacle ?? drop('no-route');
    rewriteDestination(packet, destination.address, destination.port);
    return this.send(packet, hop, isRepeated);
  }

  /** ip_vs_out: real server to client. Without an entry it is other traffic and the kernel routes it. */
  private answer(packet: Packet, now: number): Decision<H> {
    const { protocol, source, sourcePort, destination, destinationPort } = packet;
    const entry = this.connections.findOutgoing(protocol, source, sourcePort, destination, destinationPort);
    if (entry === -1) return PASS;
    if (packet.isFirstFragment()) this.fragments.remember(packet, { incoming: false, entry }, now);
    return this.toClient(entry, packet, now);
  }

  private toClient(entry: number, packet: Packet, now: number): Decision<H> {
    const virtual = this.connections.virtual(entry);
    const hop = this.paths.find(packet.destination, virtual);
    const obstacle = this.obstacle(packet, hop, now);
    if (hop === undefined || obstacle !== undefined) return obstacle ?? drop('no-route');
    if (packet.isLaterFragment()) this.life.prolong(entry, now);
    else this.life.advance(entry, packet, 'output', now);
    const destination = this.services.destination(this.connections.destination(entry));
    if (destination !== undefined) countOut(destination, packet);
    rewriteSource(packet, virtual, this.connections.virtualPort(entry));
    return this.send(packet, hop);
  }

  private laterFragment(packet: Packet, now: number): Decision<H> {
    const route = this.fragments.recall(packet, now);
    if (route === undefined || !this.isStillFlowOf(packet, route)) return PASS;
    if (!route.incoming) return this.toClient(route.entry, packet, now);
    const destination = this.services.destination(this.connections.destination(route.entry));
    if (!destination?.available) return drop('server-removed');
    countIn(destination, packet);
    this.life.prolong(route.entry, now);
    const hop = this.paths.find(destination.address, 0);
    const obstacle = this.obstacle(packet, hop, now);
    if (hop === undefined || obstacle !== undefined) return obstacle ?? drop('no-route');
    rewriteDestination(packet, destination.address, destination.port);
    return this.send(packet, hop);
  }

  /** The first fragment's entry may have ended, and its number serve another connection by now. */
  private isStillFlowOf(packet: Packet, route: FragmentRoute): boolean {
    const { incoming, entry } = route;
    const client = incoming ? packet.source : packet.destination;
    return this.connections.protocol(entry) === packet.protocol && this.connections.client(entry) === client;
  }

  /** ip_vs_in_icmp and ip_vs_out_icmp: errors about one of our flows; everything else is the kernel's. */
  private icmpError(packet: Packet, isLocal: boolean, now: number): Decision<H> {
    const quoted = readQuotedPacket(packet);
    if (quoted === undefined) return PASS;
    const { protocol, source, sourcePort, destination, destinationPort } = quoted;
    const entry = isLocal
      ? this.connections.findIncoming(protocol, destination, destinationPort, source, sourcePort)
      : this.connections.findOutgoing(protocol, destination, destinationPort, source, sourcePort);
    if (entry === -1) return PASS;
    if (!isIcmpChecksumGood(packet)) return drop('bad-checksum');
    const server = this.services.destination(this.connections.destination(entry));
    const virtual = this.connections.virtual(entry);
    const hop = isLocal ? this.paths.find(this.connections.server(entry), 0) : this.paths.find(source, virtual);
    const obstacle = this.obstacle(packet, hop, now);
    if (hop === undefined || obstacle !== undefined) return obstacle ?? drop('no-route');
    if (isLocal) {
      if (server !== undefined) countIn(server, packet);
      translateTowardsServer(packet, quoted, this.connections.server(entry), this.connections.serverPort(entry));
    } else {
      if (server !== undefined) countOut(server, packet);
      translateTowardsClient(packet, quoted, virtual, this.connections.virtualPort(entry));
    }
    return this.send(packet, hop);
  }

  /** What keeps a packet from its next hop, told to its sender before anything in it was changed. */
  private obstacle(packet: Packet, hop: H | undefined, now: number): Decision<H> | undefined {
    if (hop === undefined) {
      const error = { type: ICMP_DESTINATION_UNREACHABLE, code: HOST_UNREACHABLE };
      return drop('no-route', this.error(packet, error, now));
    }
    if (packet.timeToLive() <= 1) {
      return drop('time-to-live', this.error(packet, { type: ICMP_TIME_EXCEEDED, code: 0 }, now));
    }
    // A packet that the device cuts up cannot be cut twice, whatever its DF bit says.
    const isUncuttable = packet.segmentSize > 0 || !packet.mayFragment();
    if (!isUncuttable || packet.largestIpLength() <= hop.mtu) return undefined;
    const error = { type: ICMP_DESTINATION_UNREACHABLE, code: FRAGMENTATION_NEEDED, parameter: hop.mtu };
    return drop('too-big', this.error(packet, error, now));
  }

  private send(packet: Packet, hop: H, isRepeated = false): Decision<H> {
    decrementTimeToLive(packet);
    this.forward ??= { type: 'forward', hop, isRepeated };
    this.forward.hop = hop;
    this.forward.isRepeated = isRepeated;
    return this.forward;
  }

  /** Errors come from the virtual address for requests, from the interface that the packet came in by for answers. */
  private error(packet: Packet, error: IcmpError, now: number): Uint8Array | undefined {
    // Path MTU discovery must not be starved: Linux does not limit it either (icmpv4_mask_allow).
    const isLimited = error.code !== FRAGMENTATION_NEEDED || error.type !== ICMP_DESTINATION_UNREACHABLE;
    if (isLimited && !this.limiter.allow(packet.source, now)) return undefined;
    const isLocal = this.local.includes(packet.destination);
    return buildIcmpError(packet, error, isLocal ? packet.destination : packet.interfaceAddress);
  }
}

function drop(
  reason: DropReason,
  answer?: Uint8Array,
): { type: 'drop'; reason: DropReason; answer: Uint8Array | undefined } {
  return { type: 'drop', reason, answer };
}

/** inPackets, inBytes of a server and its service; a packet that the device will cut counts once, as in the kernel. */
function countIn(destination: Destination, packet: Packet): void {
  const server = destination.statistics.counters;
  const service = destination.service.statistics.counters;
  server.inPackets += 1;
  server.inBytes += packet.ipLength;
  service.inPackets += 1;
  service.inBytes += packet.ipLength;
}

function countOut(destination: Destination, packet: Packet): void {
  const server = destination.statistics.counters;
  const service = destination.service.statistics.counters;
  server.outPackets += 1;
  server.outBytes += packet.ipLength;
  service.outPackets += 1;
  service.outBytes += packet.ipLength;
}

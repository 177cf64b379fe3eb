import { PROTOCOL_TCP, PROTOCOL_UDP, TCP_RST, TCP_SYN } from '../packet/packet.ts';
import { CLIENT, ConnectionKeyBuffer, SERVER, VIRTUAL } from './connection-columns.ts';
import { FLAG_NO_OUTPUT, FLAG_ONE_PACKET, FLAG_TEMPLATE } from './connection-flags.ts';
import { ConnectionLife } from './connection-life.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { Flow } from './flow.ts';
import type { Destination, VirtualService } from './service.ts';
import { FTP_PORT } from './service.ts';
import type { ServiceTable } from './service-table.ts';
import { fillTemplateKey } from './template-key.ts';
import { TCP_STATE_CLOSE, TCP_STATE_FIN_WAIT, TCP_STATE_TIME_WAIT } from './tcp-states.ts';

const DESTINATION = 4;
const FTP_DATA_PORT = 20;

/** Why `admit` gives no entry. All are negative, entries are not. */
export const REFUSED = {
  /** No service of ours, or none for this packet: it goes its own way. */
  noService: -1,
  /** A service without a usable server: the sender is told that the port is unreachable. */
  noServer: -2,
  /** A service of ours and no room for another entry: silence. */
  tableFull: -3,
  /** A service of ours, but not the start of a connection: the local stack would answer with a reset. */
  notFirstSegment: -4,
  /** The entry's server was removed from the table: silence. */
  serverRemoved: -5,
  /** The defence drop_packet drops it: silence. */
  overloaded: -6,
} as const;

/** Which server gets a packet from a client: entries, templates, services and schedulers put together (ip_vs_in). */
export class Balancer {
  readonly services: ServiceTable;
  readonly connections: ConnectionTable;
  readonly life: ConnectionLife;
  private readonly key = new ConnectionKeyBuffer();
  private readonly templateKey = new ConnectionKeyBuffer();
  private dropCounter = 0;

  constructor(services: ServiceTable, connections: ConnectionTable) {
    this.services = services;
    this.connections = connections;
    this.life = new ConnectionLife(connections, services);
  }

  /**
   * The entry for a packet from a client, made when the packet begins a connection; a number of `REFUSED` otherwise.
   * `tcpFlags` counts only for TCP. The caller goes on with `packetIn` and, when the packet has left, `finish`.
   */
  admit(flow: Flow, tcpFlags: number, now: number): number {
    if (this.services.forwardsNothing) return REFUSED.noService;
    const entry = this.connections.findIncoming(flow);
    if (entry === -1) return this.begin(flow, tcpFlags, now);
    if (isSyn(flow, tcpFlags) && this.isReused(entry)) return this.beginInsteadOf(entry, flow, tcpFlags, now);
    const destination = this.services.destination(this.connections.destination(entry));
    if (destination === undefined || destination.available) return entry;
    if (!this.services.sysctls.expireNodestConn) return REFUSED.serverRemoved;
    return this.beginInsteadOf(entry, flow, tcpFlags, now);
  }

  /** The kernel's old entry goes by its timer: its server still counts it while the new connection gets its own. */
  private beginInsteadOf(old: number, flow: Flow, tcpFlags: number, now: number): number {
    if (this.connections.isFull) {
      this.life.end(old);
      return this.begin(flow, tcpFlags, now);
    }
    this.connections.hide(old);
    const entry = this.begin(flow, tcpFlags, now);
    this.life.end(old);
    return entry;
  }

  /** Does a SYN on this entry begin another connection? (ip_vs_in_hook, is_new_conn_expected) */
  private isReused(entry: number): boolean {
    const { sysctls } = this.services;
    if (sysctls.expireNodestConn) {
      const destination = this.services.destination(this.connections.destination(entry));
      if (destination?.weight === 0) return true;
    }
    const mode = sysctls.connReuseMode;
    if (mode === 0 || this.connections.template(entry) !== -1) return false;
    const state = this.connections.state(entry);
    if (state === TCP_STATE_TIME_WAIT || state === TCP_STATE_CLOSE) return true;
    const isOneSided = (this.connections.flags(entry) & FLAG_NO_OUTPUT) !== 0;
    return (mode & 2) !== 0 && state === TCP_STATE_FIN_WAIT && isOneSided;
  }

  /**
   * The entry for an ICMP error about a flow, as the client sent it, that has none: with the sysctl schedule_icmp one is made
   * whatever the segment was. A number of `REFUSED` otherwise; noServer is silence here (ip_vs_leave).
   */
  admitQuoted(flow: Flow, now: number): number {
    const { sysctls, forwardsNothing } = this.services;
    if (forwardsNothing || sysctls.number('schedule_icmp') === 0) return REFUSED.noService;
    const service = this.services.find(flow);
    return service === undefined ? REFUSED.noService : this.schedule(service, flow, now);
  }

  /** tcp_conn_schedule and udp_conn_schedule. */
  private begin(flow: Flow, tcpFlags: number, now: number): number {
    const service = this.services.find(flow);
    if (service === undefined) return REFUSED.noService;
    if (flow.protocol === PROTOCOL_TCP) {
      const starts = (tcpFlags & TCP_SYN) !== 0 || this.services.sysctls.sloppyTcp;
      if (!starts || (tcpFlags & TCP_RST) !== 0) return REFUSED.notFirstSegment;
    } else if (flow.protocol !== PROTOCOL_UDP) return REFUSED.noService;
    return this.schedule(service, flow, now);
  }

  /** ip_vs_schedule. */
  private schedule(service: VirtualService, flow: Flow, now: number): number {
    if (this.isDropped()) return REFUSED.overloaded;
    // Active FTP: the server's side opens data connections, they are none to a service.
    if (flow.sourcePort === FTP_DATA_PORT) return REFUSED.noService;
    return service.isPersistent ? this.beginPersistent(service, flow, now) : this.beginFree(service, flow, now);
  }

  /** ip_vs_todrop. */
  private isDropped(): boolean {
    const { dropRate } = this.services.sysctls;
    if (dropRate === 0 || --this.dropCounter > 0) return false;
    this.dropCounter = dropRate;
    return true;
  }

  private beginFree(service: VirtualService, flow: Flow, now: number): number {
    if (service.mark === 0 && flow.destinationPort !== service.port) return nobody(service, flow);
    const destination = service.scheduler?.schedule(flow, now);
    if (destination === undefined) return nobody(service, flow);
    return this.connect(service, flow, destination, destination.port || flow.destinationPort, now);
  }

  /** ip_vs_sched_persist: the client's template decides, and the scheduler when there is none. */
  private beginPersistent(service: VirtualService, flow: Flow, now: number): number {
    const key = this.templateKey;
    fillTemplateKey(key, service, flow);
    let template = this.connections.findTemplate(key);
    let destination = template === -1 ? undefined : this.templateDestination(template);
    if (destination === undefined) {
      if (template !== -1) this.connections.invalidateTemplate(template);
      destination = service.scheduler?.schedule(flow, now);
      if (destination === undefined) return nobody(service, flow);
      const isOwnPort = flow.destinationPort === service.port && service.port !== FTP_PORT;
      key.serverPort = isOwnPort ? destination.port : 0;
      key.setAddress(SERVER, destination.address.words);
      key.mark = flow.mark;
      template = this.life.create(key, FLAG_TEMPLATE, destination, now);
      if (template === -1) return REFUSED.tableFull;
      this.connections.setTimeout(template, service.persistenceTimeout);
    }
    const isServicePort = flow.destinationPort === service.port;
    const port = isServicePort && destination.port !== 0 ? destination.port : flow.destinationPort;
    // The entry first: while the table is full, a template with no entry must not be given up for it.
    const entry = this.connect(service, flow, destination, port, now);
    if (entry >= 0) this.connections.setTemplate(entry, template);
    this.life.prolong(template, now);
    return entry;
  }

  /** The template's server, unless it is gone or, as the sysctl says, quiesced (ip_vs_check_template). */
  private templateDestination(template: number): Destination | undefined {
    const destination = this.services.destination(this.connections.destination(template));
    if (!destination?.available) return undefined;
    const isQuiesced = this.services.sysctls.expireQuiescentTemplate && destination.weight === 0;
    return isQuiesced ? undefined : destination;
  }

  private connect(service: VirtualService, flow: Flow, destination: Destination, port: number, now: number): number {
    const { key } = this;
    key.family = flow.family;
    key.protocol = flow.protocol;
    key.setAddress(CLIENT, flow.addresses);
    key.setAddress(VIRTUAL, flow.addresses, DESTINATION);
    key.setAddress(SERVER, destination.address.words);
    key.clientPort = flow.sourcePort;
    key.virtualPort = flow.destinationPort;
    key.serverPort = port;
    key.mark = flow.mark;
    const flags = service.onePacket && flow.protocol === PROTOCOL_UDP ? FLAG_ONE_PACKET : 0;
    const entry = this.life.create(key, flags, destination, now);
    if (entry === -1) return REFUSED.tableFull;
    destination.statistics.counters.connections += 1;
    destination.service.statistics.counters.connections += 1;
    this.services.totals.counters.connections += 1;
    return entry;
  }

  /** A packet from the client goes to the entry's server: counters, state, deadline. `bytes` are of the IP packet. */
  packetIn(entry: number, tcpFlags: number, bytes: number, now: number): void {
    this.countIn(entry, bytes);
    this.life.advance(entry, tcpFlags, 'input', now);
    this.seen(entry, now);
  }

  /** A later fragment from the client. */
  fragmentIn(entry: number, bytes: number, now: number): void {
    this.countIn(entry, bytes);
    this.life.prolong(entry, now);
    this.seen(entry, now);
  }

  private seen(entry: number, now: number): void {
    const { observer } = this.life;
    // An observer counts itself: the master's count depends on what it sends.
    if (observer === undefined) this.connections.setPackets(entry, this.connections.packets(entry) + 1);
    else observer.packetIn(entry, now);
  }

  /** A packet of the entry's server goes to the client. */
  packetOut(entry: number, tcpFlags: number, bytes: number, now: number): void {
    this.countOut(entry, bytes);
    this.life.advance(entry, tcpFlags, 'output', now);
  }

  /** A later fragment of the entry's server. */
  fragmentOut(entry: number, bytes: number, now: number): void {
    this.countOut(entry, bytes);
    this.life.prolong(entry, now);
  }

  /**
   * Packets that the kernel forwarded under a lease, since the last time: they changed no state. `bytes` are of all of them
   * together.
   */
  leasedIn(entry: number, packets: number, bytes: number, now: number): void {
    this.countIn(entry, bytes, packets);
    this.life.prolong(entry, now);
    const { observer } = this.life;
    if (observer === undefined) this.connections.setPackets(entry, this.connections.packets(entry) + packets);
    else observer.packetsIn(entry, packets, now);
  }

  leasedOut(entry: number, packets: number, bytes: number, now: number): void {
    this.countOut(entry, bytes, packets);
    this.life.prolong(entry, now);
  }

  /** The packet of `packetIn` has left: one-packet entries go at once. */
  finish(entry: number): void {
    if ((this.connections.flags(entry) & FLAG_ONE_PACKET) !== 0) this.life.end(entry);
  }

  /** Server, service and totals count what goes to a server that is in the table (ip_vs_in_stats). */
  countIn(entry: number, bytes: number, packets = 1): void {
    const destination = this.services.destination(this.connections.destination(entry));
    if (!destination?.available) return;
    destination.statistics.countIn(bytes, packets);
    destination.service.statistics.countIn(bytes, packets);
    this.services.totals.countIn(bytes, packets);
  }

  countOut(entry: number, bytes: number, packets = 1): void {
    const destination = this.services.destination(this.connections.destination(entry));
    if (!destination?.available) return;
    destination.statistics.countOut(bytes, packets);
    destination.service.statistics.countOut(bytes, packets);
    this.services.totals.countOut(bytes, packets);
  }

  /** Lets go of all whose time has come; to be called every quarter second or so. */
  expire(now: number): void {
    if (this.services.takeRemoved() && this.services.sysctls.expireNodestConn) this.endOrphans();
    this.life.expire(now);
    this.services.sweep(now);
  }

  /** With expire_nodest_conn a server takes all of its connections with it (ip_vs_expire_nodest_conn_flush). */
  private endOrphans(): void {
    const { connections } = this;
    for (let entry = 0; entry < connections.rows; entry++) {
      if (!connections.isInUse(entry) || connections.controlled(entry) > 0) continue;
      const destination = this.services.destination(connections.destination(entry));
      if (destination?.available !== false) continue;
      const template = connections.template(entry);
      this.life.end(entry);
      if (template !== -1 && connections.controlled(template) === 0) this.life.end(template);
    }
  }
}

/** A new connection in the eyes of conn_reuse_mode (is_new_conn): any SYN, as the kernel does not look at ACK here. */
function isSyn(flow: Flow, tcpFlags: number): boolean {
  return flow.protocol === PROTOCOL_TCP && (tcpFlags & TCP_SYN) !== 0;
}

/** ip_vs_leave: an FTP service takes packets to other ports only to find that they are not its own. */
function nobody(service: VirtualService, flow: Flow): number {
  if (service.port === FTP_PORT && flow.destinationPort !== FTP_PORT) return REFUSED.noService;
  return REFUSED.noServer;
}

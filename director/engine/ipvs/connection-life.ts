import { PROTOCOL_TCP } from '../packet/packet.ts';
import type { ConnectionObserver } from '../sync/observer.ts';
import {
  FLAG_FORWARDING_MASK,
  FLAG_INACTIVE,
  FLAG_NO_OUTPUT,
  FLAG_SYNC,
  FLAG_TEMPLATE,
  FORWARD_MASQUERADE,
  TEMPLATE_ASSURED,
} from './connection-flags.ts';
import type { ConnectionKey } from './connection-columns.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { Destination } from './service.ts';
import type { ServiceTable } from './service-table.ts';
import { isActiveState, nextTcpState, TCP_STATE_ESTABLISHED } from './tcp-states.ts';

/** A new entry's timeout until its first packet sets the state (ip_vs_conn_new). */
const INITIAL_TIMEOUT_MS = 3000;
/** An entry that still controls others when its time has come stays so much longer (ip_vs_conn_expire). */
const CONTROLLING_TIMEOUT_MS = 60_000;

/** Birth, states and death of connection entries and templates, with the counts of their servers. */
export class ConnectionLife {
  /** Told of what connection synchronisation sends; undefined while nothing is sent. */
  observer: ConnectionObserver | undefined;
  private readonly connections: ConnectionTable;
  private readonly services: ServiceTable;
  private readonly expired = (entry: number, now: number): number => this.timeIsUp(entry, now);

  constructor(connections: ConnectionTable, services: ServiceTable) {
    this.connections = connections;
    this.services = services;
  }

  /**
   * A new entry or template, bound to its server (ip_vs_conn_new, ip_vs_bind_dest); -1 when the table is full. `flags` are
   * FLAG_TEMPLATE, FLAG_ONE_PACKET, FLAG_NO_CLIENT_PORT, or those of a sync message with FLAG_SYNC.
   *
   * A full table gives up the oldest half-open connection: under a flood of SYNs that is one whose sender never meant to go
   * on, since a real client sends its ACK within a round trip, long before a million others have come. Entries in any other
   * state are never given up, so that a flood cannot end what is established.
   */
  create(key: ConnectionKey, flags: number, destination: Destination | undefined, now: number): number {
    const { connections } = this;
    if (connections.isFull) {
      const oldest = connections.oldestHalfOpen();
      if (oldest === -1) return -1;
      this.end(oldest);
    }
    const bound = destination === undefined ? flags : boundFlags(flags, destination);
    const entry = connections.add(key, bound, destination?.id ?? -1, now + INITIAL_TIMEOUT_MS);
    if (entry === -1) return -1;
    connections.setTimeout(entry, INITIAL_TIMEOUT_MS);
    if (destination !== undefined) countBound(destination, bound);
    return entry;
  }

  /** Gives an entry from a sync message its server, once there is one (ip_vs_try_bind_dest). */
  bind(entry: number, destination: Destination): void {
    const { connections } = this;
    if (connections.destination(entry) !== -1) return;
    const flags = boundFlags(connections.flags(entry), destination);
    connections.setForwarding(entry, flags);
    connections.setDestination(entry, destination.id);
    countBound(destination, flags);
  }

  /** A packet passed: new state for TCP, new deadline for all. `tcpFlags` counts only for TCP. */
  advance(entry: number, tcpFlags: number, direction: 'input' | 'output', now: number): void {
    const { connections } = this;
    let timeout = this.services.timeouts.udp;
    if (connections.protocol(entry) === PROTOCOL_TCP) {
      const state = this.nextState(entry, tcpFlags, direction);
      if (state !== connections.state(entry)) this.changeState(entry, state);
      timeout = this.services.timeouts.tcp[state] ?? 0;
    } else if (direction === 'output') this.assureTemplate(entry);
    connections.setTimeout(entry, timeout);
    connections.setExpiry(entry, now + timeout);
  }

  /** set_tcp_state: without a word from the server the states are guessed from requests alone. */
  private nextState(entry: number, tcpFlags: number, direction: 'input' | 'output'): number {
    const { connections } = this;
    const state = connections.state(entry);
    const isSecure = this.services.sysctls.secureTcp;
    const flags = connections.flags(entry);
    if ((flags & FLAG_NO_OUTPUT) === 0) return nextTcpState(direction, tcpFlags, state, isSecure);
    if (direction === 'input') return nextTcpState('input-only', tcpFlags, state, isSecure);
    connections.setFlags(entry, flags & ~FLAG_NO_OUTPUT);
    return nextTcpState('output', tcpFlags, state, isSecure);
  }

  /** A later fragment: it has no flags, but it shows that the flow is alive. */
  prolong(entry: number, now: number): void {
    this.connections.setExpiry(entry, now + this.connections.timeout(entry));
  }

  /** The flag says in which of the two counts the entry is. */
  changeState(entry: number, state: number): void {
    const { connections } = this;
    connections.setState(entry, state);
    if (state === TCP_STATE_ESTABLISHED) this.assureTemplate(entry);
    const flags = connections.flags(entry);
    const isActive = (flags & FLAG_INACTIVE) === 0;
    const destination = this.services.destination(connections.destination(entry));
    if (isActive === isActiveState(state) || destination === undefined) return;
    connections.setFlags(entry, flags ^ FLAG_INACTIVE);
    destination.activeConnections += isActive ? -1 : 1;
    destination.inactiveConnections += isActive ? 1 : -1;
  }

  private assureTemplate(entry: number): void {
    const template = this.connections.template(entry);
    if (template === -1 || (this.connections.flags(template) & FLAG_TEMPLATE) === 0) return;
    this.connections.setState(template, TEMPLATE_ASSURED);
  }

  /** Takes the entry out of the table at once. One that controls others only becomes invisible: it goes after them. */
  end(entry: number): void {
    if (this.connections.controlled(entry) > 0) {
      this.connections.hide(entry);
      return;
    }
    this.unbind(entry);
    this.connections.remove(entry);
  }

  /** Lets go of all whose time has come. */
  expire(now: number): void {
    this.connections.expire(now, this.expired);
  }

  private timeIsUp(entry: number, now: number): number {
    if (this.connections.controlled(entry) > 0) {
      this.connections.setTimeout(entry, CONTROLLING_TIMEOUT_MS);
      this.observer?.prolonged(entry, now);
      return now + CONTROLLING_TIMEOUT_MS;
    }
    this.unbind(entry);
    return 0;
  }

  private unbind(entry: number): void {
    this.observer?.ended(entry);
    const destination = this.services.destination(this.connections.destination(entry));
    if (destination === undefined) return;
    const flags = this.connections.flags(entry);
    if ((flags & FLAG_TEMPLATE) !== 0) {
      destination.persistentConnections -= 1;
      return;
    }
    if ((flags & FLAG_INACTIVE) === 0) destination.activeConnections -= 1;
    else destination.inactiveConnections -= 1;
    destination.connectionRemoved();
  }
}

/** ip_vs_bind_dest: an entry takes its forwarding method from its server and begins inactive, unless another director says. */
function boundFlags(flags: number, destination: Destination): number {
  const forwarding = destination.forwardingNumber;
  const noOutput = forwarding === FORWARD_MASQUERADE ? 0 : FLAG_NO_OUTPUT;
  if ((flags & FLAG_SYNC) === 0) return flags | forwarding | noOutput | FLAG_INACTIVE;
  const inactive = (flags & FLAG_TEMPLATE) === 0 ? 0 : FLAG_INACTIVE;
  return (flags & ~(FLAG_FORWARDING_MASK | FLAG_NO_OUTPUT)) | forwarding | noOutput | inactive;
}

function countBound(destination: Destination, flags: number): void {
  if ((flags & FLAG_TEMPLATE) !== 0) {
    destination.persistentConnections += 1;
    return;
  }
  if ((flags & FLAG_INACTIVE) === 0) destination.activeConnections += 1;
  else destination.inactiveConnections += 1;
  destination.connectionAdded();
}

import { PROTOCOL_TCP } from '../packet/packet.ts';
import type { Packet } from '../packet/packet.ts';
import { FLAG_INACTIVE } from './connection-table.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { Destination, ServiceTable } from './service-table.ts';
import { isActiveState, nextTcpState, tcpTimeouts } from './tcp-states.ts';
import type { TcpDirection } from './tcp-states.ts';

/** ip_vs_proto_udp.c: IP_VS_UDP_S_NORMAL. */
const UDP_TIMEOUT_MS = 300_000;
/** A new entry's timeout until its first packet sets the state (ip_vs_conn_new). */
const INITIAL_TIMEOUT_MS = 3000;

/** Birth, states and death of connection entries, with the counts of their servers. */
export class ConnectionLife {
  private readonly connections: ConnectionTable;
  private readonly services: ServiceTable;
  private readonly forget = (entry: number): void => {
    this.unbind(entry);
  };

  constructor(connections: ConnectionTable, services: ServiceTable) {
    this.connections = connections;
    this.services = services;
  }

  /** Entry for the first packet of a flow, or -1 when the table is full. */
  begin(packet: Packet, destination: Destination, now: number): number {
    const key = {
      protocol: packet.protocol,
      client: packet.source,
      clientPort: packet.sourcePort,
      virtual: packet.destination,
      virtualPort: packet.destinationPort,
      server: destination.address,
      serverPort: destination.port,
    };
    const entry = this.connections.add(key, destination.id, now + INITIAL_TIMEOUT_MS);
    if (entry === -1) return -1;
    // Every entry starts inactive (__ip_vs_update_dest sets the flag); TCP's first state moves it, UDP stays.
    this.connections.setFlags(entry, FLAG_INACTIVE);
    destination.inactiveConnections += 1;
    destination.statistics.counters.connections += 1;
    destination.service.statistics.counters.connections += 1;
    return entry;
  }

  /** A packet passed: new state for TCP, new deadline for both. */
  advance(entry: number, packet: Packet, direction: TcpDirection, now: number): void {
    if (packet.protocol !== PROTOCOL_TCP) {
      this.connections.setExpiry(entry, now + UDP_TIMEOUT_MS);
      return;
    }
    const before = this.connections.state(entry);
    const after = nextTcpState(direction, packet.tcpFlags(), before);
    if (after !== before) this.changeState(entry, after);
    this.connections.setExpiry(entry, now + (tcpTimeouts[after] ?? 0) * 1000);
  }

  /** A later fragment: it has no flags, but it shows that the flow is alive. */
  prolong(entry: number, now: number): void {
    const isTcp = this.connections.protocol(entry) === PROTOCOL_TCP;
    const timeout = isTcp ? (tcpTimeouts[this.connections.state(entry)] ?? 0) * 1000 : UDP_TIMEOUT_MS;
    this.connections.setExpiry(entry, now + timeout);
  }

  /** set_tcp_state in ip_vs_proto_tcp.c: the flag says in which of the two counts the entry is. */
  private changeState(entry: number, state: number): void {
    this.connections.setState(entry, state);
    const flags = this.connections.flags(entry);
    const isActive = (flags & FLAG_INACTIVE) === 0;
    if (isActive === isActiveState(state)) return;
    this.connections.setFlags(entry, flags ^ FLAG_INACTIVE);
    const destination = this.services.destination(this.connections.destination(entry));
    if (destination === undefined) return;
    destination.activeConnections += isActive ? -1 : 1;
    destination.inactiveConnections += isActive ? 1 : -1;
  }

  end(entry: number): void {
    this.unbind(entry);
    this.connections.remove(entry);
  }

  expire(now: number): void {
    this.connections.expire(now, this.forget);
  }

  private unbind(entry: number): void {
    const destination = this.services.destination(this.connections.destination(entry));
    if (destination === undefined) return;
    if ((this.connections.flags(entry) & FLAG_INACTIVE) === 0) destination.activeConnections -= 1;
    else destination.inactiveConnections -= 1;
  }
}

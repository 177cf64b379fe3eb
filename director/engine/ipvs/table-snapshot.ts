import type { RealServerSnapshot, VirtualServiceSnapshot } from '../../api/snapshot.ts';
import { PROTOCOL_TCP } from '../packet/packet.ts';
import { formatAddress } from './address.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { ConnectionSnapshot } from './plane.ts';
import type { Destination, VirtualService } from './service-table.ts';
import { tcpStateNames } from './tcp-states.ts';

/** The table as it is shown, in ipvsadm's order: services by protocol, address, port; servers by address, port. */
export function snapshotServices(services: readonly VirtualService[]): VirtualServiceSnapshot[] {
  return [...services].sort(byEndpoint).map((service) => ({
    protocol: service.protocol === PROTOCOL_TCP ? 'TCP' : 'UDP',
    address: formatAddress(service.address),
    port: service.port,
    scheduler: service.scheduler.name,
    counters: { ...service.statistics.counters },
    rates: service.statistics.rates(),
    realServers: [...service.destinations].sort(byAddress).map(snapshotServer),
  }));
}

function snapshotServer(destination: Destination): RealServerSnapshot {
  return {
    address: formatAddress(destination.address),
    port: destination.port,
    forwarding: destination.forwarding,
    weight: destination.weight,
    activeConnections: destination.activeConnections,
    inactiveConnections: destination.inactiveConnections,
    counters: { ...destination.statistics.counters },
    rates: destination.statistics.rates(),
  };
}

function byEndpoint(left: VirtualService, right: VirtualService): number {
  return left.protocol - right.protocol || byAddress(left, right);
}

function byAddress(left: { address: number; port: number }, right: { address: number; port: number }): number {
  return left.address - right.address || left.port - right.port;
}

/** At most so many entries are listed: a million lines help nobody and would hold up the packets. */
const MOST_LISTED = 65_536;

export function snapshotConnections(connections: ConnectionTable, now: number): ConnectionSnapshot[] {
  const listed: ConnectionSnapshot[] = [];
  for (const entry of connections.entries()) {
    if (listed.length === MOST_LISTED) break;
    const isTcp = connections.protocol(entry) === PROTOCOL_TCP;
    listed.push({
      protocol: isTcp ? 'TCP' : 'UDP',
      state: isTcp ? (tcpStateNames[connections.state(entry)] ?? 'ERR!') : 'UDP',
      expiresInSeconds: Math.max(0, Math.floor((connections.expiry(entry) - now) / 1000)),
      clientAddress: formatAddress(connections.client(entry)),
      clientPort: connections.clientPort(entry),
      virtualAddress: formatAddress(connections.virtual(entry)),
      virtualPort: connections.virtualPort(entry),
      serverAddress: formatAddress(connections.server(entry)),
      serverPort: connections.serverPort(entry),
    });
  }
  return listed;
}

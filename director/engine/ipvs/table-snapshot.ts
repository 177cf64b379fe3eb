import type { RealServerSnapshot, VirtualServiceSnapshot } from '../../api/snapshot.ts';
import { PROTOCOL_TCP } from '../packet/packet.ts';
import { formatAddress } from './address.ts';
import type { Destination, VirtualService } from './service-table.ts';

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

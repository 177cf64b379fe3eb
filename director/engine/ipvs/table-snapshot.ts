import type {
  ConnectionSnapshot,
  RealServerSnapshot,
  TableSnapshot,
  VirtualServiceSnapshot,
} from '../../api/snapshot.ts';
import type { ServiceKey } from '../../api/table.ts';
import { formatAddress } from '../address.ts';
import type { Address } from '../address.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../packet/packet.ts';
import { CLIENT, VIRTUAL } from './connection-columns.ts';
import { FLAG_SYNC, FLAG_TEMPLATE, TEMPLATE_ASSURED } from './connection-flags.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { Destination, VirtualService } from './service.ts';
import type { ServiceTable } from './service-table.ts';
import { tcpStateNames } from './tcp-states.ts';

/** Buckets that Debian's kernel has for connections (CONFIG_IP_VS_TAB_BITS=12), as `ipvsadm` prints. */
const TABLE_SIZE = 4096;

export function snapshotTable(table: ServiceTable): TableSnapshot {
  return {
    size: TABLE_SIZE,
    timeouts: table.timeouts.get(),
    syncDaemons: table.syncDaemons(),
    counters: table.totals.totals(),
    rates: table.totals.rates(),
    sysctls: table.sysctls.all(),
    services: snapshotServices(table.all()),
  };
}

/** In the order in which `ipvsadm -L` prints: services by mark, family, protocol, address, port; servers by address, port. */
export function snapshotServices(services: readonly VirtualService[]): VirtualServiceSnapshot[] {
  return [...services].sort(byPlace).map((service) => {
    const { persistenceTimeout, maskText } = service;
    return {
      ...keyOf(service),
      scheduler: service.scheduler?.name ?? 'none',
      schedulerFlags: [...service.schedulerFlags],
      ...(persistenceTimeout > 0 && { persistence: { timeoutSeconds: persistenceTimeout / 1000, mask: maskText } }),
      onePacket: service.onePacket,
      counters: service.statistics.totals(),
      rates: service.statistics.rates(),
      realServers: service.destinations
        .map((destination, order) => ({ destination, order }))
        .sort((left, right) => byEndpoint(left.destination, right.destination))
        .map(({ destination, order }) => snapshotServer(destination, order)),
    };
  });
}

export function keyOf({ protocol, address, port, mark }: VirtualService): ServiceKey {
  if (mark !== 0) return { protocol: 'FWM', address: formatAddress(address), port, mark };
  return { protocol: protocol === PROTOCOL_TCP ? 'TCP' : 'UDP', address: formatAddress(address), port };
}

function snapshotServer(destination: Destination, order: number): RealServerSnapshot {
  const { tunnel } = destination;
  return {
    address: formatAddress(destination.address),
    port: destination.port,
    forwarding: destination.forwarding,
    ...(tunnel && { tunnel }),
    weight: destination.weight,
    upperThreshold: destination.upperThreshold,
    lowerThreshold: destination.lowerThreshold,
    activeConnections: destination.activeConnections,
    inactiveConnections: destination.inactiveConnections,
    persistentConnections: destination.persistentConnections,
    order,
    counters: destination.statistics.totals(),
    rates: destination.statistics.rates(),
  };
}

function byPlace(left: VirtualService, right: VirtualService): number {
  return (
    difference(left.mark, right.mark) ||
    left.address.family - right.address.family ||
    left.protocol - right.protocol ||
    byEndpoint(left, right)
  );
}

interface Placed {
  readonly address: Address;
  readonly port: number;
}

function byEndpoint(left: Placed, right: Placed): number {
  for (let word = 0; word < 4; word++) {
    const order = difference(left.address.words[word] ?? 0, right.address.words[word] ?? 0);
    if (order !== 0) return order;
  }
  return left.port - right.port;
}

/** ipvsadm subtracts unsigned numbers into a signed one: 192.168.0.1 comes before 10.0.0.1 (libipvs.c, ipvs_cmp_services). */
function difference(left: number, right: number): number {
  return (left - right) | 0;
}

/** At most so many entries are listed: a million lines help nobody and would hold up the packets. */
const MOST_LISTED = 65_536;

export function snapshotConnections(connections: ConnectionTable, now: number): ConnectionSnapshot[] {
  const listed: ConnectionSnapshot[] = [];
  for (const entry of connections.entries()) {
    if (listed.length === MOST_LISTED) break;
    listed.push(snapshotConnection(connections, entry, now));
  }
  return listed;
}

export function snapshotConnection(connections: ConnectionTable, entry: number, now: number): ConnectionSnapshot {
  const protocol = connections.protocol(entry);
  const name = protocol === PROTOCOL_TCP ? 'TCP' : protocol === PROTOCOL_UDP ? 'UDP' : 'IP';
  return {
    protocol: name,
    state: stateName(connections, entry),
    expiresInSeconds: Math.max(0, Math.floor((connections.expiry(entry) - now) / 1000)),
    clientAddress: formatAddress(connections.address(entry, CLIENT)),
    clientPort: connections.clientPort(entry),
    virtualAddress: formatAddress(connections.address(entry, VIRTUAL)),
    virtualPort: connections.virtualPort(entry),
    serverAddress: formatAddress(connections.serverAddress(entry)),
    serverPort: connections.serverPort(entry),
    origin: (connections.flags(entry) & FLAG_SYNC) === 0 ? 'local' : 'sync',
  };
}

/** ip_vs_state_name. */
function stateName(connections: ConnectionTable, entry: number): string {
  const state = connections.state(entry);
  if ((connections.flags(entry) & FLAG_TEMPLATE) !== 0) return state === TEMPLATE_ASSURED ? 'ASSURED' : 'NONE';
  return connections.protocol(entry) === PROTOCOL_TCP ? (tcpStateNames[state] ?? 'ERR!') : 'UDP';
}

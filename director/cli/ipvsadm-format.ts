import type { RealServerSnapshot, VirtualServiceSnapshot } from '../api/snapshot.ts';
import type { ConnectionSnapshot } from '../engine/ipvs/plane.ts';

/** How endpoints are written: as numbers, or by the names that the node knows. */
export interface EndpointNames {
  host(address: string): string;
  port(port: number, protocol: 'TCP' | 'UDP'): string;
}

export const numericNames: EndpointNames = { host: (address) => address, port: (port) => String(port) };

export type ListingKind = 'table' | 'stats' | 'rate';

export interface ListingOptions {
  readonly kind: ListingKind;
  /** Counters in full instead of with K, M, G, T. */
  readonly exact: boolean;
  readonly names: EndpointNames;
}

/** The version that kernels of the last twenty years report, and the default size of the connection hash table. */
const BANNER = 'IP Virtual Server version 1.2.1 (size=4096)\n';
const FORWARDING = { masq: 'Masq', gate: 'Route', ipip: 'Tunnel', local: 'Local' } as const;
/** ipvsadm cuts server names to the width of their column. */
const SERVER_WIDTH = 28;

/** `ipvsadm -L`: to the byte what ipvsadm 1.31 prints, blanks at line ends included. */
export function formatServices(services: readonly VirtualServiceSnapshot[], options: ListingOptions): string {
  return BANNER + title(options.kind) + services.map((service) => formatService(service, options)).join('');
}

function title(kind: ListingKind): string {
  switch (kind) {
    case 'table':
      return (
        'Prot LocalAddress:Port Scheduler Flags\n' +
        '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n'
      );
    case 'stats':
      return counterTitle(['Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes']);
    case 'rate':
      return counterTitle(['CPS', 'InPPS', 'OutPPS', 'InBPS', 'OutBPS']);
  }
}

function counterTitle(columns: readonly string[]): string {
  const titles = columns.map((column) => ` ${column.padStart(8)}`).join('');
  return `${'Prot LocalAddress:Port'.padEnd(33)}${titles}\n  -> RemoteAddress:Port\n`;
}

function formatService(service: VirtualServiceSnapshot, options: ListingOptions): string {
  const name = `${service.protocol}  ${endpoint(service, service.protocol, options.names)}`;
  const head = options.kind === 'table' ? `${name} ${service.scheduler}` : name.padEnd(33) + columns(service, options);
  return `${head}\n${service.realServers.map((server) => formatServer(server, service.protocol, options)).join('')}`;
}

function formatServer(server: RealServerSnapshot, protocol: 'TCP' | 'UDP', options: ListingOptions): string {
  const name = endpoint(server, protocol, options.names).slice(0, SERVER_WIDTH).padEnd(SERVER_WIDTH);
  if (options.kind !== 'table') return `  -> ${name}${columns(server, options)}\n`;
  const forwarding = FORWARDING[server.forwarding].padEnd(7);
  const weight = String(server.weight).padEnd(6);
  const active = String(server.activeConnections).padEnd(10);
  const inactive = String(server.inactiveConnections).padEnd(10);
  return `  -> ${name} ${forwarding} ${weight} ${active} ${inactive}\n`;
}

function columns(
  { counters, rates }: Pick<VirtualServiceSnapshot, 'counters' | 'rates'>,
  options: ListingOptions,
): string {
  const values =
    options.kind === 'stats'
      ? [counters.connections, counters.inPackets, counters.outPackets, counters.inBytes, counters.outBytes]
      : [
          rates.connectionsPerSecond,
          rates.inPacketsPerSecond,
          rates.outPacketsPerSecond,
          rates.inBytesPerSecond,
          rates.outBytesPerSecond,
        ];
  return values.map((value) => formatNumber(value, options.exact)).join('');
}

/** Nine wide; from 10^8 on in thousands, from 10^9 in millions, from 10^11 in milliards, from 10^14 in billions (long scale). */
function formatNumber(value: number, exact: boolean): string {
  if (exact) return ` ${String(value).padStart(8)}`;
  if (value < 1e8) return String(value).padStart(9);
  const [unit, letter]: [number, string] =
    value < 1e9 ? [1e3, 'K'] : value < 1e11 ? [1e6, 'M'] : value < 1e14 ? [1e9, 'G'] : [1e12, 'T'];
  return `${String(Math.floor(value / unit)).padStart(8)}${letter}`;
}

/** `ipvsadm -L -c`. The kernel lists in hash order; here sorted, so that two listings can be compared. */
export function formatConnections(connections: readonly ConnectionSnapshot[], names: EndpointNames): string {
  const rows = connections.map((connection) => formatConnection(connection, names)).sort();
  return (
    'IPVS connection entries\n' +
    'pro expire state       source             virtual            destination\n' +
    rows.join('')
  );
}

function formatConnection(connection: ConnectionSnapshot, names: EndpointNames): string {
  const { protocol, state, expiresInSeconds } = connection;
  const at = (address: string, port: number): string => endpoint({ address, port }, protocol, names);
  const minutes = String(Math.floor(expiresInSeconds / 60)).padStart(2, '0');
  const seconds = String(expiresInSeconds % 60).padStart(2, '0');
  const fields = [
    protocol.padEnd(3),
    `${minutes}:${seconds}`.padEnd(6),
    state.padEnd(11),
    at(connection.clientAddress, connection.clientPort).padEnd(18),
    at(connection.virtualAddress, connection.virtualPort).padEnd(18),
    at(connection.serverAddress, connection.serverPort),
  ];
  return `${fields.join(' ')}\n`;
}

function endpoint(
  { address, port }: { readonly address: string; readonly port: number },
  protocol: 'TCP' | 'UDP',
  names: EndpointNames,
): string {
  return `${names.host(address)}:${names.port(port, protocol)}`;
}

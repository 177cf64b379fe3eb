import type { Counters, Rates, RealServerSnapshot, TableSnapshot, VirtualServiceSnapshot } from '../../api/snapshot.ts';
import type { SyncDaemon, Timeouts } from '../../api/table.ts';
import { formatEndpoint, type EndpointNames } from './endpoint.ts';
import { byListOrder, sortServers, sortServices } from './order.ts';
import type { ListingFormat } from './request.ts';
import { formatTunnel } from './tunnel.ts';

export interface Listing {
  readonly format: ListingFormat;
  readonly names: EndpointNames;
}

/** Of the IPVS that kernels of the last twenty years report. */
export const IPVS_VERSION = '1.2.1';

/** ipvsadm cuts IPv4 names to the width of their column. */
const SERVER_WIDTH = 28;
const SERVICE_WIDTH = 33;

/** `ipvsadm -L`: to the byte what ipvsadm 1.31 prints, blanks at line ends included. */
export function formatTable(table: Pick<TableSnapshot, 'size' | 'services'>, listing: Listing): string {
  const banner = `IP Virtual Server version ${IPVS_VERSION} (size=${table.size})\n`;
  const services = listing.format.unsorted ? table.services : sortServices(table.services);
  return banner + title(listing.format) + services.map((service) => formatService(service, listing)).join('');
}

/** `ipvsadm -L -t …`: one service, without the banner. */
export function formatOneService(service: VirtualServiceSnapshot, listing: Listing): string {
  return title(listing.format) + formatService(service, listing);
}

function title(format: ListingFormat): string {
  const servers = '  -> RemoteAddress:Port';
  const wide = (columns: readonly string[]): string =>
    `${'Prot LocalAddress:Port'.padEnd(SERVICE_WIDTH)} ${columns.join(' ')}\n${servers}\n`;
  const counters = (names: readonly string[]): string => wide(names.map((name) => name.padStart(8)));
  if (format.stats) return counters(['Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes']);
  if (format.rate) return counters(['CPS', 'InPPS', 'OutPPS', 'InBPS', 'OutBPS']);
  if (format.thresholds) return wide(['Uthreshold', 'Lthreshold', 'ActiveConn', 'InActConn '] as const);
  if (format.persistentConnections) return wide(['Weight   ', 'PersistConn', 'ActiveConn', 'InActConn ']);
  const tunnel = format.tunnels ? 'TunnelInfo    ' : '';
  return (
    'Prot LocalAddress:Port Scheduler Flags\n' + `${servers}           Forward ${tunnel}Weight ActiveConn InActConn\n`
  );
}

function formatService(service: VirtualServiceSnapshot, listing: Listing): string {
  const { format } = listing;
  const name = serviceName(service, listing);
  const isCounted = format.stats || format.rate;
  const head = isCounted
    ? name.padEnd(SERVICE_WIDTH) + countedColumns(service, format, serviceRateWidth).join('')
    : `${name} ${service.scheduler}${flags(service)}`;
  const servers = format.unsorted ? byListOrder(service.realServers) : sortServers(service.realServers);
  return `${head}\n${servers.map((server) => formatServer(server, service.protocol, listing)).join('')}`;
}

function serviceName(service: VirtualServiceSnapshot, { names }: Listing): string {
  const isIpv6 = service.address.includes(':');
  // The mark is unsigned, but printed as a signed number.
  if (service.protocol === 'FWM') return `FWM  ${(service.mark ?? 0) | 0}${isIpv6 ? ' IPv6' : ''}`;
  const name = `${service.protocol.padEnd(4)} ${formatEndpoint(service, service.protocol, names)}`;
  return isIpv6 ? name : name.slice(0, SERVICE_WIDTH);
}

function flags({ scheduler, schedulerFlags, persistence, onePacket, address }: VirtualServiceSnapshot): string {
  const shown = schedulerFlagNames(scheduler, schedulerFlags);
  const everyone = address.includes(':') ? '128' : '255.255.255.255';
  return [
    shown === undefined ? '' : ` (${shown})`,
    persistence === undefined ? '' : ` persistent ${persistence.timeoutSeconds}`,
    persistence === undefined || persistence.mask === everyone ? '' : ` mask ${persistence.mask}`,
    persistence?.engine === undefined ? '' : ` pe ${persistence.engine}`,
    onePacket ? ' ops' : '',
  ].join('');
}

/** Undefined without flags. sh and mh show only those that have a meaning for them, which may be none. */
export function schedulerFlagNames(scheduler: string, given: readonly string[]): string | undefined {
  if (given.length === 0) return undefined;
  const isHash = scheduler === 'sh' || scheduler === 'mh';
  return given.filter((flag) => !isHash || !flag.startsWith('flag-')).join(',');
}

function formatServer(server: RealServerSnapshot, protocol: string, { format, names }: Listing): string {
  const endpoint = formatEndpoint(server, protocol, names);
  const name = server.address.includes(':') ? endpoint : endpoint.slice(0, SERVER_WIDTH);
  return `  -> ${name.padEnd(SERVER_WIDTH)}${serverColumns(server, format)}\n`;
}

const forwardingNames = { masq: 'Masq', gate: 'Route', ipip: 'Tunnel', local: 'Local' } as const;

function serverColumns(server: RealServerSnapshot, format: ListingFormat): string {
  if (format.stats || format.rate) return countedColumns(server, format, serverRateWidth).join('');
  const left = (value: number | string, width: number): string => ` ${String(value).padEnd(width)}`;
  const connections = left(server.activeConnections, 10) + left(server.inactiveConnections, 10);
  if (format.thresholds) return left(server.upperThreshold, 10) + left(server.lowerThreshold, 10) + connections;
  if (format.persistentConnections)
    return left(server.weight, 9) + left(server.persistentConnections, 11) + connections;
  const tunnel = format.tunnels ? left(formatTunnel(server) ?? 'n/a', 13) : '';
  return left(forwardingNames[server.forwarding], 7) + tunnel + left(server.weight, 6) + connections;
}

type RateWidth = (value: number, column: number, exact: boolean) => string;
const serviceRateWidth: RateWidth = (value, _, exact) => formatLarge(value, exact);
/** The first three rates of a server are never shortened. */
const serverRateWidth: RateWidth = (value, column, exact) =>
  column < 3 ? ` ${String(value).padStart(8)}` : formatLarge(value, exact);

function countedColumns(
  { counters, rates }: { readonly counters: Counters; readonly rates: Rates },
  format: ListingFormat,
  rateWidth: RateWidth,
): string[] {
  if (format.stats) {
    const { connections, inPackets, outPackets, inBytes, outBytes } = counters;
    return [connections, inPackets, outPackets, inBytes, outBytes].map((value) => formatLarge(value, format.exact));
  }
  return [
    rates.connectionsPerSecond,
    rates.inPacketsPerSecond,
    rates.outPacketsPerSecond,
    rates.inBytesPerSecond,
    rates.outBytesPerSecond,
  ].map((value, column) => rateWidth(Math.floor(value), column, format.exact));
}

/** Nine wide; from 10^8 on in thousands, from 10^9 in millions, from 10^11 in milliards, from 10^14 in billions (long scale). */
function formatLarge(value: number, exact: boolean): string {
  if (exact) return ` ${String(value).padStart(8)}`;
  if (value < 1e8) return String(value).padStart(9);
  const [unit, letter] = unitOf(value);
  return `${String(Math.floor(value / unit)).padStart(8)}${letter}`;
}

function unitOf(value: number): readonly [number, string] {
  if (value < 1e9) return [1e3, 'K'];
  if (value < 1e11) return [1e6, 'M'];
  return value < 1e14 ? [1e9, 'G'] : [1e12, 'T'];
}

/** `ipvsadm -L --timeout`. */
export function formatTimeouts({ tcpSeconds, tcpFinSeconds, udpSeconds }: Timeouts): string {
  return `Timeout (tcp tcpfin udp): ${tcpSeconds} ${tcpFinSeconds} ${udpSeconds}\n`;
}

/** `ipvsadm -L --daemon`: the master first, as the kernel tells them. */
export function formatDaemons(daemons: readonly SyncDaemon[]): string {
  const ordered = (['master', 'backup'] as const).flatMap((role) => daemons.filter((daemon) => daemon.role === role));
  return ordered
    .map(({ role, syncId, maximumLength, group, port, ttl, ...daemon }) => {
      const length = maximumLength === 0 ? '' : `, maxlen=${maximumLength}`;
      const where = `, group=${group}, port=${port}, ttl=${ttl}`;
      return `${role} sync daemon (mcast=${daemon.interface}, syncid=${syncId}${length}${where})\n`;
    })
    .join('');
}

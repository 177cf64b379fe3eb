import type { ConnectionSnapshot, RealServerSnapshot, TableSnapshot, VirtualServiceSnapshot } from '../api/snapshot.ts';
import { parseAddress, toBytes } from '../engine/address.ts';
import { IPVS_VERSION } from './ipvsadm/format.ts';
import { byListOrder } from './ipvsadm/order.ts';

export const procFiles = ['ip_vs', 'ip_vs_conn', 'ip_vs_conn_sync', 'ip_vs_stats', 'ip_vs_app'] as const;
export type ProcFile = (typeof procFiles)[number];

/** The kernel prints how long persistence lasts in its ticks; Debian's has 250 a second. */
const TICKS_PER_SECOND = 250;
const FTP_PORT = 21;

/** A file of `/proc/net` as a kernel with this table would show it (ip_vs_ctl.c, ip_vs_conn.c, ip_vs_app.c). */
export function formatProc(file: ProcFile, table: TableSnapshot, connections: readonly ConnectionSnapshot[]): string {
  switch (file) {
    case 'ip_vs':
      return formatServices(table);
    case 'ip_vs_conn':
      return formatConnections(connections);
    case 'ip_vs_conn_sync':
      return formatSynchronized(connections);
    case 'ip_vs_stats':
      return formatStatistics(table);
    case 'ip_vs_app':
      return formatHelpers(connections);
  }
}

function formatServices({ size, services }: TableSnapshot): string {
  const title =
    `IP Virtual Server version ${IPVS_VERSION} (size=${size})\n` +
    'Prot LocalAddress:Port Scheduler Flags\n' +
    '  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n';
  return title + services.map(formatService).join('');
}

function formatService(service: VirtualServiceSnapshot): string {
  const { protocol, address, port, mark = 0, scheduler, persistence, onePacket, realServers } = service;
  const ops = onePacket ? 'ops ' : '';
  const isIpv6 = address.includes(':');
  const head =
    protocol === 'FWM'
      ? `FWM  ${hex(mark, 8)} ${scheduler} ${ops}`
      : `${protocol}  ${place(address, port)} ${scheduler} ${isIpv6 ? '' : `${ops} `}`;
  const persistent =
    persistence === undefined
      ? ''
      : `persistent ${persistence.timeoutSeconds * TICKS_PER_SECOND} ${formatMask(persistence.mask)}`;
  return `${head}${persistent}\n${byListOrder(realServers).map(formatServer).join('')}`;
}

const forwardingNames = { masq: 'Masq', gate: 'Route', ipip: 'Tunnel', local: 'Local' } as const;

function formatServer(server: RealServerSnapshot): string {
  const columns = [
    forwardingNames[server.forwarding].padEnd(7),
    String(server.weight).padEnd(6),
    String(server.activeConnections).padEnd(10),
    String(server.inactiveConnections).padEnd(10),
  ];
  return `  -> ${place(server.address, server.port)}      ${columns.join(' ')}\n`;
}

function place(address: string, port: number): string {
  const text = formatBytes(address);
  return `${text.includes(':') ? `[${text}]` : text}:${hex(port, 4)}`;
}

/** %08X of an IPv4 address, %pI6 of an IPv6 address. */
function formatBytes(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) return address;
  const digits = Array.from(toBytes(parsed), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (parsed.family === 4) return digits.toUpperCase();
  return (digits.match(/.{4}/g) ?? []).join(':');
}

/** The kernel turns the bytes of an IPv6 prefix length round, as if it were an address. */
function formatMask(mask: string): string {
  return mask.includes('.') ? formatBytes(mask) : `${hex(Number(mask), 2)}000000`;
}

function hex(value: number, width: number): string {
  return value.toString(16).toUpperCase().padStart(width, '0');
}

function connectionColumns(connection: ConnectionSnapshot): string {
  const { protocol, clientAddress, clientPort, virtualAddress, virtualPort, serverAddress, serverPort, state } =
    connection;
  const ends = [clientAddress, clientPort, virtualAddress, virtualPort, serverAddress, serverPort];
  const columns = ends.map((end) => (typeof end === 'number' ? hex(end, 4) : formatBytes(end)));
  return [protocol.padEnd(3), ...columns, state.padEnd(11)].join(' ');
}

const connectionTitle = 'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State      ';

function formatConnections(connections: readonly ConnectionSnapshot[]): string {
  const rows = connections.map((one) => `${connectionColumns(one)} ${String(one.expiresInSeconds).padStart(7)}\n`);
  return `${connectionTitle} Expires PEName PEData\n${rows.join('')}`;
}

function formatSynchronized(connections: readonly ConnectionSnapshot[]): string {
  const rows = connections.map((one) => {
    const origin = one.origin === 'sync' ? 'SYNC' : 'LOCAL';
    return `${connectionColumns(one)} ${origin.padEnd(6)} ${String(one.expiresInSeconds).padStart(7)}\n`;
  });
  return `${connectionTitle} Origin Expires\n${rows.join('')}`;
}

function formatStatistics({ counters, rates }: TableSnapshot): string {
  const row = (values: readonly number[]): string =>
    `${values
      .map((value, column) =>
        Math.floor(value)
          .toString(16)
          .toUpperCase()
          .padStart(column < 3 ? 8 : 16),
      )
      .join(' ')}\n`;
  const { connections, inPackets, outPackets, inBytes, outBytes } = counters;
  return (
    '   Total Incoming Outgoing         Incoming         Outgoing\n' +
    '   Conns  Packets  Packets            Bytes            Bytes\n' +
    `${row([connections, inPackets, outPackets, inBytes, outBytes])}\n` +
    ' Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n' +
    row([
      rates.connectionsPerSecond,
      rates.inPacketsPerSecond,
      rates.outPacketsPerSecond,
      rates.inBytesPerSecond,
      rates.outBytesPerSecond,
    ])
  );
}

/** FTP's helper is always there, as if ip_vs_ftp were loaded. */
function formatHelpers(connections: readonly ConnectionSnapshot[]): string {
  const helped = connections.filter(
    ({ protocol, virtualPort, clientPort }) => protocol === 'TCP' && virtualPort === FTP_PORT && clientPort !== 0,
  );
  return `prot port    usecnt name\nTCP  ${String(FTP_PORT).padEnd(7)} ${String(helped.length).padEnd(6)} ${'ftp'.padEnd(17)}\n`;
}

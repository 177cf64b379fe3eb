import type { CheckSnapshot, RealServerSnapshot, VirtualServiceSnapshot } from '../../director/index.ts';
import { serviceId, serviceOfCheck } from '../../director/index.ts';
import { share } from './share.ts';

/** One real server's row: what the table says of it, and what its checker says. Either may be missing. */
export interface ServerRow {
  readonly key: string;
  readonly address: string;
  readonly port: number;
  /** Absent while the server is out of the table because its check is down. */
  readonly entry?: RealServerSnapshot;
  readonly check?: CheckSnapshot;
}

export interface ServiceRow {
  readonly key: string;
  readonly service: Omit<VirtualServiceSnapshot, 'realServers'>;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
}

/** A director's IPVS table, taken apart so that each row on screen listens to its own entry only. */
export interface TableView {
  readonly serviceKeys: readonly string[];
  readonly services: Readonly<Record<string, ServiceRow>>;
  /** Service key → keys of its servers, in the order of the screen. */
  readonly serverKeys: Readonly<Record<string, readonly string[]>>;
  readonly servers: Readonly<Record<string, ServerRow>>;
}

export const emptyTable: TableView = { serviceKeys: [], services: {}, serverKeys: {}, servers: {} };

export function serverKey(service: string, address: string, port: number): string {
  return `${service} > ${address}:${port}`;
}

/** Builds the table from what the director said; rows that did not change keep their identity. */
export function buildTable(
  previous: TableView,
  services: readonly VirtualServiceSnapshot[],
  checks: readonly CheckSnapshot[],
): TableView {
  const groups = services.map((service) => buildService(service, checks));
  return share(previous, {
    serviceKeys: groups.map(({ row }) => row.key),
    services: Object.fromEntries(groups.map(({ row }) => [row.key, row])),
    serverKeys: Object.fromEntries(groups.map(({ row, servers }) => [row.key, servers.map(({ key }) => key)])),
    servers: Object.fromEntries(groups.flatMap(({ servers }) => servers.map((server) => [server.key, server]))),
  });
}

interface ServiceGroup {
  readonly row: ServiceRow;
  readonly servers: readonly ServerRow[];
}

function buildService(service: VirtualServiceSnapshot, checks: readonly CheckSnapshot[]): ServiceGroup {
  const key = serviceId(service);
  const own = checks.filter((check) => serviceOfCheck(check) === key);
  const rows = new Map<string, ServerRow>();
  for (const entry of service.realServers) {
    const row = serverKey(key, entry.address, entry.port);
    rows.set(row, { key: row, address: entry.address, port: entry.port, entry });
  }
  for (const check of own) {
    const row = serverKey(key, check.serverAddress, check.serverPort);
    const known = rows.get(row);
    // Of several checks the one that is down says why the server is out.
    const shown = known?.check?.up === false ? known.check : check;
    rows.set(row, { key: row, address: check.serverAddress, port: check.serverPort, ...known, check: shown });
  }
  const { realServers, ...rest } = service;
  return {
    row: {
      key,
      service: rest,
      activeConnections: sum(realServers.map((server) => server.activeConnections)),
      inactiveConnections: sum(realServers.map((server) => server.inactiveConnections)),
    },
    servers: [...rows.values()].sort(byAddress),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** A server that returns must not jump to the end, so rows stand by address as `ipvsadm -L` prints them. */
function byAddress(left: ServerRow, right: ServerRow): number {
  return left.address.localeCompare(right.address, 'en', { numeric: true }) || left.port - right.port;
}

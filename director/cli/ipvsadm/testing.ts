import type {
  ConnectionSnapshot,
  RealServerSnapshot,
  TableSnapshot,
  VirtualServiceSnapshot,
} from '../../api/snapshot.ts';
import type { TableCommand, TableResult } from '../../api/table.ts';
import { ServiceTable } from '../../engine/ipvs/service-table.ts';
import { snapshotTable } from '../../engine/ipvs/table-snapshot.ts';
import { parseEndpointNames } from './getent.ts';
import { runIpvsadmOn, type IpvsadmOutcome, type IpvsadmSurroundings, type TableAccess } from './program.ts';

const counters = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
const rates = {
  connectionsPerSecond: 0,
  inPacketsPerSecond: 0,
  outPacketsPerSecond: 0,
  inBytesPerSecond: 0,
  outBytesPerSecond: 0,
};

export function server(address: string, fields: Partial<RealServerSnapshot> = {}): RealServerSnapshot {
  return {
    address,
    port: 80,
    forwarding: 'masq',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    activeConnections: 0,
    inactiveConnections: 0,
    persistentConnections: 0,
    order: 0,
    counters,
    rates,
    ...fields,
  };
}

export function service(address: string, fields: Partial<VirtualServiceSnapshot> = {}): VirtualServiceSnapshot {
  return {
    protocol: 'TCP',
    address,
    port: 80,
    scheduler: 'rr',
    schedulerFlags: [],
    onePacket: false,
    counters,
    rates,
    realServers: [],
    ...fields,
  };
}

export function tableOf(services: VirtualServiceSnapshot[], fields: Partial<TableSnapshot> = {}): TableSnapshot {
  return {
    size: 4096,
    timeouts: { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300 },
    syncDaemons: [],
    counters,
    rates,
    sysctls: {},
    services,
    ...fields,
  };
}

/** Shows what it was given and takes every command. */
export class ShownTable implements TableAccess {
  readonly executed: TableCommand[] = [];
  readonly #table: TableSnapshot;
  readonly #connections: ConnectionSnapshot[];

  constructor(services: VirtualServiceSnapshot[], connections: ConnectionSnapshot[] = []) {
    this.#table = tableOf(services);
    this.#connections = connections;
  }

  table(): Promise<TableSnapshot> {
    return Promise.resolve(this.#table);
  }

  connections(): Promise<ConnectionSnapshot[]> {
    return Promise.resolve(this.#connections);
  }

  execute(commands: readonly TableCommand[]): Promise<TableResult[]> {
    this.executed.push(...commands);
    return Promise.resolve(commands.map(() => ({ ok: true })));
  }
}

/** A real table of services, without packets. */
export class EngineTable implements TableAccess {
  readonly #table = new ServiceTable();

  table(): Promise<TableSnapshot> {
    return Promise.resolve(snapshotTable(this.#table));
  }

  connections(): Promise<ConnectionSnapshot[]> {
    return Promise.resolve([]);
  }

  execute(commands: readonly TableCommand[]): Promise<TableResult[]> {
    return Promise.resolve(commands.map((command) => this.#table.execute(command, 0)));
  }
}

const hosts = '127.0.0.1 localhost\n192.168.1.202 www.example.org www\n';
const services = 'http 80/tcp www\ndomain 53/tcp\ndomain 53/udp\n';

/** A machine that knows few names. */
export function surroundings(input = ''): IpvsadmSurroundings {
  const names = parseEndpointNames(hosts, services);
  return {
    program: 'ipvsadm',
    resolver: {
      hostAddress: (name) => (name === 'www.example.org' ? '192.168.1.202' : undefined),
      servicePort: (name, protocol) =>
        name === 'domain' ? 53 : name === 'http' && protocol === 'TCP' ? 80 : undefined,
    },
    names: () => Promise.resolve(names),
    input: () => Promise.resolve(input),
  };
}

/** One call with a command line in one string. */
export function ipvsadm(line: string, access: TableAccess, input = ''): Promise<IpvsadmOutcome> {
  const argv = line.split(' ').filter((word) => word !== '');
  return runIpvsadmOn(argv, access, surroundings(input));
}

import type { ConnectionSnapshot, RealServerSnapshot, VirtualServiceSnapshot } from '../../api/snapshot.ts';
import type { ServerDefinition, ServiceDefinition, ServiceKey, TableCommand } from '../../api/table.ts';
import { formatAddress, parseAddress } from '../address.ts';
import type { Family } from '../address.ts';
import { Balancer, REFUSED } from './balancer.ts';
import { SERVER } from './connection-columns.ts';
import { ConnectionTable } from './connection-table.ts';
import { ESTIMATION_PERIOD_MS } from './estimator.ts';
import type { Flow } from './flow.ts';
import { ServiceTable } from './service-table.ts';
import { snapshotConnections, snapshotServices } from './table-snapshot.ts';

const FLAGS: Record<string, number> = { FIN: 1, SYN: 2, RST: 4, ACK: 16 };

/** A table with a clock that tests move, and packets that are only flows. */
export class TableBench {
  now = 0;
  readonly services: ServiceTable;
  readonly connections: ConnectionTable;
  readonly balancer: Balancer;

  constructor(mostConnections = 4096, random: () => number = () => 0) {
    this.services = new ServiceTable(random);
    this.connections = new ConnectionTable(mostConnections, 1, 0);
    this.balancer = new Balancer(this.services, this.connections);
  }

  /** `ok`, or the errno. */
  run(command: TableCommand): string {
    const result = this.services.execute(command, this.now);
    return result.ok ? 'ok' : result.errno;
  }

  addService(text: string, more: Partial<ServiceDefinition> = {}): string {
    return this.run({ type: 'add-service', service: serviceDefinition(text, more) });
  }

  editService(text: string, more: Partial<ServiceDefinition> = {}): string {
    return this.run({ type: 'edit-service', service: serviceDefinition(text, more) });
  }

  addServer(service: string, server: string, more: Partial<ServerDefinition> = {}): string {
    return this.run({ type: 'add-server', service: serviceKey(service), server: serverDefinition(server, more) });
  }

  editServer(service: string, server: string, more: Partial<ServerDefinition> = {}): string {
    return this.run({ type: 'edit-server', service: serviceKey(service), server: serverDefinition(server, more) });
  }

  deleteServer(service: string, server: string): string {
    return this.run({ type: 'delete-server', service: serviceKey(service), server: split(server) });
  }

  sysctl(name: string, ...value: number[]): string {
    return this.run({ type: 'set-sysctl', name, value });
  }

  /** A packet from a client: the server's `address:port`, or why none. */
  send(protocol: 'tcp' | 'udp', from: string, to: string, flags = 'SYN', mark = 0): string {
    const bits = flags.split('+').reduce((sum, flag) => sum | (FLAGS[flag] ?? 0), 0);
    const entry = this.balancer.admit(flow(protocol, from, to, mark), bits, this.now);
    if (entry < 0) return Object.entries(REFUSED).find(([, code]) => code === entry)?.[0] ?? 'unknown';
    this.balancer.packetIn(entry, bits, 40, this.now);
    const server = formatAddress(this.connections.address(entry, SERVER));
    const port = this.connections.serverPort(entry);
    this.balancer.finish(entry);
    return `${server}:${port}`;
  }

  /** A packet of a server to a client; false without an entry. */
  answer(protocol: 'tcp' | 'udp', from: string, to: string, flags = 'ACK'): boolean {
    const bits = flags.split('+').reduce((sum, flag) => sum | (FLAGS[flag] ?? 0), 0);
    const entry = this.connections.findOutgoing(flow(protocol, from, to));
    if (entry !== -1) this.balancer.packetOut(entry, bits, 40, this.now);
    return entry !== -1;
  }

  /** Time passes; entries expire and rates are estimated on the way. */
  pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (let next = this.nextEstimation(); next <= end; next = this.nextEstimation()) {
      this.now = next;
      this.balancer.expire(this.now);
      this.services.estimate();
    }
    this.now = end;
    this.balancer.expire(this.now);
  }

  private nextEstimation(): number {
    return (Math.floor(this.now / ESTIMATION_PERIOD_MS) + 1) * ESTIMATION_PERIOD_MS;
  }

  table(): VirtualServiceSnapshot[] {
    return snapshotServices(this.services.all());
  }

  /** All servers of all services, in the table's order. */
  servers(): RealServerSnapshot[] {
    return this.table().flatMap(({ realServers }) => realServers);
  }

  entries(): ConnectionSnapshot[] {
    return snapshotConnections(this.connections, this.now);
  }

  /** `active/inactive` of every server, in the table's order. */
  counts(): string[] {
    return this.servers().map((one) => `${one.activeConnections}/${one.inactiveConnections}`);
  }
}

/** `tcp 10.0.0.1:80`, `udp [2001:db8::1]:53`, `fwm 7`, `fwm6 7`. */
export function serviceKey(text: string): ServiceKey {
  const [kind = '', rest = ''] = text.split(' ');
  if (kind === 'fwm') return { protocol: 'FWM', address: '0.0.0.0', port: 0, mark: Number(rest) };
  if (kind === 'fwm6') return { protocol: 'FWM', address: '::', port: 0, mark: Number(rest) };
  return { protocol: kind === 'tcp' ? 'TCP' : 'UDP', ...split(rest) };
}

function serviceDefinition(text: string, more: Partial<ServiceDefinition>): ServiceDefinition {
  return { ...serviceKey(text), scheduler: 'wlc', schedulerFlags: [], onePacket: false, ...more };
}

function serverDefinition(text: string, more: Partial<ServerDefinition>): ServerDefinition {
  return { ...split(text), forwarding: 'masq', weight: 1, upperThreshold: 0, lowerThreshold: 0, ...more };
}

export function flow(protocol: 'tcp' | 'udp', from: string, to: string, mark = 0): Flow {
  const source = parse(from);
  const destination = parse(to);
  const addresses = new Uint32Array(8);
  addresses.set(source.words);
  addresses.set(destination.words, 4);
  return {
    family: source.family,
    protocol: protocol === 'tcp' ? 6 : 17,
    addresses,
    sourcePort: source.port,
    destinationPort: destination.port,
    mark,
  };
}

function parse(endpoint: string): { family: Family; words: Uint32Array; port: number } {
  const { address, port } = split(endpoint);
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new Error(`${address} is not an address`);
  return { ...parsed, port };
}

function split(endpoint: string): { address: string; port: number } {
  const at = endpoint.lastIndexOf(':');
  return { address: endpoint.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(endpoint.slice(at + 1)) };
}

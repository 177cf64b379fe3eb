import type { VirtualServiceSnapshot } from '../../api/snapshot.ts';
import type { FrameBuilder } from '../packet/packet-builder.ts';
import { datagramOf } from '../packet/packet-builder.ts';
import { formatAddress, parseAddress } from './address.ts';
import { ConnectionTable } from './connection-table.ts';
import type { Hop } from './decision.ts';
import { ESTIMATION_PERIOD_MS } from './estimator.ts';
import { Forwarder } from './forwarder.ts';
import type { ConnectionSnapshot, ServiceDefinition } from './plane.ts';
import { ServiceTable } from './service-table.ts';
import { snapshotConnections, snapshotServices } from './table-snapshot.ts';

export interface TestHop extends Hop {
  readonly via: string;
}

/** What became of a packet: `datagram` is what left, or the answer to its sender. */
export interface Outcome {
  readonly verdict: string;
  readonly via?: string;
  readonly datagram?: Uint8Array;
}

/** A forwarder with a clock that tests move and a network that they describe: any packet in, its fate out. */
export class ForwarderBench {
  now = 0;
  /** MTU by destination; 1500 where nothing else is said, undefined for no route. */
  readonly mtus = new Map<string, number | undefined>();
  readonly services = new ServiceTable();
  private readonly connections: ConnectionTable;
  private readonly forwarder: Forwarder<TestHop>;

  constructor(mostConnections = 4096) {
    this.connections = new ConnectionTable(mostConnections, 1, 0);
    const find = (destination: number): TestHop | undefined => this.route(formatAddress(destination));
    this.forwarder = new Forwarder(this.services, this.connections, { find });
  }

  private route(via: string): TestHop | undefined {
    const mtu = this.mtus.has(via) ? this.mtus.get(via) : 1500;
    return mtu === undefined ? undefined : { mtu, via };
  }

  apply(...services: ServiceDefinition[]): string[] {
    return this.services.apply(services, this.now);
  }

  hold(...addresses: string[]): void {
    this.forwarder.setLocalAddresses(addresses.map((address) => parseAddress(address) ?? 0));
  }

  send(builder: FrameBuilder, interfaceAddress = '0.0.0.0'): Outcome {
    const packet = builder.packet();
    packet.interfaceAddress = parseAddress(interfaceAddress) ?? 0;
    const decision = this.forwarder.handle(packet, this.now);
    switch (decision.type) {
      case 'pass':
        return { verdict: 'pass' };
      case 'forward':
        return {
          verdict: decision.isRepeated ? 'forward again' : 'forward',
          via: decision.hop.via,
          datagram: datagramOf(packet),
        };
      case 'drop': {
        const verdict = `drop: ${decision.reason}`;
        return decision.answer === undefined ? { verdict } : { verdict, datagram: decision.answer };
      }
    }
  }

  /** Time passes; entries expire and rates are estimated on the way. */
  pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (let next = this.nextEstimation(); next <= end; next = this.nextEstimation()) {
      this.now = next;
      this.forwarder.expire(this.now);
      for (const service of this.services.all())
        for (const { statistics } of [service, ...service.destinations]) statistics.estimate();
    }
    this.now = end;
    this.forwarder.expire(this.now);
  }

  private nextEstimation(): number {
    return (Math.floor(this.now / ESTIMATION_PERIOD_MS) + 1) * ESTIMATION_PERIOD_MS;
  }

  table(): VirtualServiceSnapshot[] {
    return snapshotServices(this.services.all());
  }

  entries(): ConnectionSnapshot[] {
    return snapshotConnections(this.connections, this.now);
  }

  /** `active/inactive` of every server, in the table's order. */
  counts(): string[] {
    return this.table().flatMap(({ realServers }) =>
      realServers.map(({ activeConnections, inactiveConnections }) => `${activeConnections}/${inactiveConnections}`),
    );
  }
}

/** A service by its servers: `service('TCP', '192.168.1.202:80', { '10.0.100.2:80': 1 })`. */
export function service(protocol: 'TCP' | 'UDP', endpoint: string, servers: Record<string, number>): ServiceDefinition {
  const realServers = Object.entries(servers).map(([server, weight]) => ({
    ...split(server),
    forwarding: 'masq' as const,
    weight,
  }));
  return { protocol, ...split(endpoint), scheduler: 'rr', realServers };
}

function split(endpoint: string): { address: string; port: number } {
  const [address = '', port = ''] = endpoint.split(':');
  return { address, port: Number(port) };
}

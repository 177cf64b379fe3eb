import type { ConnectionSnapshot, VirtualServiceSnapshot } from '../../api/snapshot.ts';
import { serverDefinitionSchema, serviceDefinitionSchema } from '../../api/table.ts';
import type { ForwardingMethod, ServerDefinition, ServiceDefinition, TableCommand } from '../../api/table.ts';
import { formatAddress, parseAddress } from '../address.ts';
import type { Address } from '../address.ts';
import type { FrameBuilder } from '../packet/packet-builder.ts';
import { Packet } from '../packet/packet.ts';
import { datagramOf } from '../packet/packet-builder.ts';
import { Balancer } from './balancer.ts';
import { ConnectionTable } from './connection-table.ts';
import type { Hop } from './decision.ts';
import { ESTIMATION_PERIOD_MS } from './estimator.ts';
import { Forwarder } from './forwarder.ts';
import { FtpHelper } from './ftp.ts';
import { mayBeLeased } from './lease-conditions.ts';
import { ServiceTable } from './service-table.ts';
import { snapshotConnections, snapshotServices } from './table-snapshot.ts';

export interface TestService {
  readonly service: ServiceDefinition;
  readonly servers: readonly ServerDefinition[];
}

/** The director's own address towards servers: where tunnels begin. */
export const OWN_ADDRESSES = { 4: '10.0.100.1', 6: '2001:db8:a::1' } as const;
const NONE = { family: 4, words: new Uint32Array(4) } as const satisfies Address;

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

  readonly balancer: Balancer;
  /** Clients' addresses and ports that FTP servers may connect to. */
  readonly expected: string[] = [];
  /** By which the last packet that was forwarded left. */
  hop: TestHop | undefined;
  /** The last packet that was forwarded would go the same way again, without being looked at. */
  isLeasable = false;
  private applied: readonly TestService[] = [];

  constructor(mostConnections = 4096) {
    this.connections = new ConnectionTable(mostConnections, 1, 0);
    this.balancer = new Balancer(this.services, this.connections);
    const ftp = new FtpHelper(this.balancer, (address, port) =>
      this.expected.push(`${formatAddress(address)} ${port}`),
    );
    const paths = {
      find: (family: 4 | 6, words: Uint32Array, at: number): TestHop | undefined =>
        this.route(formatAddress({ family, words: words.slice(at, at + 4) }), family),
      local: { mtu: 65536, isLocal: true, source: NONE.words, via: 'local stack' },
      isLocal: (_: 4 | 6, __: Uint32Array, ___: number, mark: number) => mark === 99,
    };
    this.forwarder = new Forwarder(this.balancer, paths, ftp);
  }

  private route(via: string, family: 4 | 6): TestHop | undefined {
    const mtu = this.mtus.has(via) ? this.mtus.get(via) : 1500;
    const source = parseAddress(OWN_ADDRESSES[family])?.words ?? NONE.words;
    return mtu === undefined ? undefined : { mtu, via, isLocal: this.own.has(via), source };
  }

  /** Makes the table hold just these services; throws when a command fails. */
  apply(...services: TestService[]): void {
    const commands: TableCommand[] = [];
    for (const { service } of this.applied)
      if (!services.some((one) => nameOf(one) === nameOf({ service })))
        commands.push({ type: 'delete-service', service });
    for (const wanted of services) {
      const { service } = wanted;
      const before = this.applied.find((one) => nameOf(one) === nameOf(wanted));
      if (before === undefined) commands.push({ type: 'add-service', service });
      for (const server of before?.servers ?? [])
        if (!wanted.servers.some((one) => placeOf(one) === placeOf(server)))
          commands.push({ type: 'delete-server', service, server });
      for (const server of wanted.servers) {
        const isKnown = before?.servers.some((one) => placeOf(one) === placeOf(server)) === true;
        commands.push({ type: isKnown ? 'edit-server' : 'add-server', service, server });
      }
    }
    this.applied = services;
    for (const command of commands) {
      const result = this.services.execute(command, this.now);
      if (!result.ok) throw new Error(result.message);
    }
  }

  /** These are addresses of the director itself. */
  readonly own = new Set<string>();

  hold(...addresses: string[]): void {
    this.forwarder.setLocalAddresses(addresses.map((address) => parseAddress(address) ?? NONE));
  }

  send(builder: FrameBuilder, interfaceAddress = '0.0.0.0', mark = 0): Outcome {
    // Room for an outer header in front, and for a longer payload behind.
    const packet = builder.packet(64, 64);
    const { words, family } = parseAddress(interfaceAddress) ?? NONE;
    packet.interfaceAddress = family === 4 ? words : NONE.words;
    packet.interfaceAddress6 = family === 6 ? words : NONE.words;
    packet.mark = mark;
    const decision = this.forwarder.handle(packet, this.now);
    switch (decision.type) {
      case 'pass':
        return { verdict: 'pass' };
      case 'forward':
        this.hop = decision.hop;
        this.isLeasable = decision.entry >= 0 && mayBeLeased(this.balancer, decision.entry, packet);
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

  /** Later fragments that waited, as they leave. */
  released(): Outcome[] {
    return this.forwarder.takeReleased().map((frame) => {
      const packet = new Packet(frame);
      packet.load(0, frame.length);
      const decision = this.forwarder.handle(packet, this.now);
      return decision.type === 'forward'
        ? { verdict: 'forward', via: decision.hop.via, datagram: datagramOf(packet) }
        : { verdict: decision.type };
    });
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

function nameOf({ service }: Pick<TestService, 'service'>): string {
  return [service.protocol, service.address, service.port, service.mark].join(' ');
}

function placeOf({ address, port }: ServerDefinition): string {
  return `${address} ${port}`;
}

/** A service by its servers and their weights: `service('TCP', '192.168.1.202:80', { '10.0.100.2:80': 1 })`. */
export function service(
  protocol: 'TCP' | 'UDP',
  endpoint: string,
  servers: Record<string, number>,
  forwarding: ForwardingMethod = 'masq',
  options: Partial<ServiceDefinition> = {},
): TestService {
  return {
    service: serviceDefinitionSchema.parse({ protocol, ...split(endpoint), scheduler: 'rr', ...options }),
    servers: Object.entries(servers).map(([server, weight]) =>
      serverDefinitionSchema.parse({ ...split(server), forwarding, weight }),
    ),
  };
}

/** `192.168.1.202:80` or `[2001:db8::1]:80`. */
function split(endpoint: string): { address: string; port: number } {
  const at = endpoint.lastIndexOf(':');
  return { address: endpoint.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(endpoint.slice(at + 1)) };
}

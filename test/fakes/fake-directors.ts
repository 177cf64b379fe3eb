import type {
  CheckSnapshot,
  DirectorSnapshot,
  RealServerSnapshot,
  VirtualServiceSnapshot,
  VrrpState,
} from '../../director/index.ts';
import type { ResolvedTestbed, ResolvedVirtualService } from '../../testbeds/resolved.ts';

const stillRates = {
  connectionsPerSecond: 0,
  inPacketsPerSecond: 0,
  outPacketsPerSecond: 0,
  inBytesPerSecond: 0,
  outBytesPerSecond: 0,
};
const noCounters = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };

/** One pretended director: VRRP states that the lab sets, and a table whose numbers move while it is master. */
export class FakeDirector {
  readonly node: string;
  readonly #testbed: ResolvedTestbed;
  readonly #down = new Map<string, { reason: string; since: number }>();
  readonly #servers = new Map<string, RealServerSnapshot>();
  readonly #startedAt: number;
  state: VrrpState = 'INIT';
  since: number;
  #turn = 0;

  constructor(node: string, testbed: ResolvedTestbed, now: number) {
    this.node = node;
    this.#testbed = testbed;
    this.#startedAt = now;
    this.since = now;
    for (const service of testbed.virtualServices) {
      for (const { address, port, weight } of service.realServers) {
        this.#servers.set(keyOf(service, address), {
          address,
          port,
          forwarding: 'masq',
          weight,
          upperThreshold: 0,
          lowerThreshold: 0,
          persistentConnections: 0,
          order: 0,
          activeConnections: 0,
          inactiveConnections: 0,
          counters: noCounters,
          rates: stillRates,
        });
      }
    }
  }

  get priority(): number {
    return this.#testbed.vrrp.routers.find(({ node }) => node === this.node)?.priority ?? 100;
  }

  /** Moves the numbers on by a quarter of a second of traffic; returns whether anything moved. */
  tick(): boolean {
    if (this.state !== 'MASTER') return false;
    const service = this.#testbed.virtualServices[this.#turn++ % this.#testbed.virtualServices.length];
    const alive = service?.realServers.filter(({ address }) => !this.#down.has(keyOf(service, address))) ?? [];
    const chosen = alive[Math.floor(this.#turn / 2) % Math.max(1, alive.length)];
    if (service === undefined || chosen === undefined) return false;
    const key = keyOf(service, chosen.address);
    const server = this.#servers.get(key);
    if (server !== undefined) this.#servers.set(key, advance(server, this.#turn));
    return true;
  }

  /** The verdict of the health checks of every service on `address`; returns those that changed. */
  judge(address: string, up: boolean, now: number): CheckSnapshot[] {
    const reason = up ? 'TCP connection established' : 'connect: no route to host';
    return this.#testbed.virtualServices
      .filter((service) => service.realServers.some((server) => server.address === address))
      .filter((service) => this.#down.has(keyOf(service, address)) === up)
      .map((service) => {
        if (up) this.#down.delete(keyOf(service, address));
        else this.#down.set(keyOf(service, address), { reason, since: now });
        return this.#check(service, address);
      });
  }

  services(): VirtualServiceSnapshot[] {
    return this.#testbed.virtualServices.map((service) => {
      const realServers = service.realServers
        .filter(({ address }) => !this.#down.has(keyOf(service, address)))
        .flatMap(({ address }) => this.#servers.get(keyOf(service, address)) ?? []);
      const { protocol, address, port, scheduler } = service;
      const plain = { schedulerFlags: [], onePacket: false, counters: noCounters };
      return { protocol, address, port, scheduler, ...plain, rates: totalRates(realServers), realServers };
    });
  }

  snapshot(): DirectorSnapshot {
    const { vrrp } = this.#testbed;
    return {
      version: '0.1.0',
      pid: 412,
      startedAt: this.#startedAt,
      configFile: '/etc/keepalived/keepalived.conf',
      plane: { name: 'packet', reason: 'The kernel has no ip_vs module.' },
      masquerading: this.state === 'MASTER',
      instances: vrrp.instances.map((instance) => ({
        name: instance.name,
        version: vrrp.version,
        vrid: instance.vrid,
        interface: this.interfaceOn(instance.network),
        state: this.state,
        priority: this.priority,
        advertIntervalMs: vrrp.advertInterval * 1000,
        virtualAddresses: instance.virtualAddresses,
        syncGroup: vrrp.syncGroup,
        since: this.since,
      })),
      services: this.services(),
      checks: this.#testbed.virtualServices.flatMap((service) =>
        service.realServers.map(({ address }) => this.#check(service, address)),
      ),
    };
  }

  interfaceOn(network: string): string {
    const node = this.#testbed.nodes.find(({ name }) => name === this.node);
    return node?.interfaces.find((candidate) => candidate.network === network)?.name ?? 'eth0';
  }

  #check(service: ResolvedVirtualService, address: string): CheckSnapshot {
    const down = this.#down.get(keyOf(service, address));
    return {
      protocol: service.protocol,
      serviceAddress: service.address,
      servicePort: service.port,
      serverAddress: address,
      serverPort: service.port,
      kind: 'TCP_CHECK',
      up: down === undefined,
      reason: down?.reason ?? 'TCP connection established',
      since: down?.since ?? this.#startedAt,
    };
  }
}

function keyOf(service: ResolvedVirtualService, address: string): string {
  return `${service.protocol} ${service.address}:${service.port} ${address}`;
}

function advance(server: RealServerSnapshot, turn: number): RealServerSnapshot {
  const activeConnections = (turn * 7) % 5;
  const connectionsPerSecond = 2 + ((turn * 3) % 7) / 2;
  return {
    ...server,
    activeConnections,
    inactiveConnections: Math.min(140, server.inactiveConnections + 1),
    counters: { ...server.counters, connections: server.counters.connections + 1 },
    rates: {
      connectionsPerSecond,
      inPacketsPerSecond: connectionsPerSecond * 6,
      outPacketsPerSecond: connectionsPerSecond * 5,
      inBytesPerSecond: connectionsPerSecond * 421,
      outBytesPerSecond: connectionsPerSecond * 1893,
    },
  };
}

function totalRates(servers: readonly RealServerSnapshot[]): RealServerSnapshot['rates'] {
  const total = { ...stillRates };
  for (const { rates } of servers) {
    total.connectionsPerSecond += rates.connectionsPerSecond;
    total.inPacketsPerSecond += rates.inPacketsPerSecond;
    total.outPacketsPerSecond += rates.outPacketsPerSecond;
    total.inBytesPerSecond += rates.inBytesPerSecond;
    total.outBytesPerSecond += rates.outBytesPerSecond;
  }
  return total;
}

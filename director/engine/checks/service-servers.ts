import type { RealServerDefinition, ServiceDefinition } from '../ipvs/plane.ts';
import type { RealServerConfiguration, VirtualServerConfiguration } from './configuration.ts';

/**
 * Which servers of one virtual service are in the table, in the order in which they came: a server that returns is added
 * last, as keepalived adds it to the kernel's table, and schedulers follow that order.
 */
export class ServiceServers {
  readonly #service: VirtualServerConfiguration;
  #present: RealServerConfiguration[];
  readonly #inhibited = new Set<RealServerConfiguration>();

  /** `previous`: the same service before a reload, whose order stays for the servers that stay. */
  constructor(
    service: VirtualServerConfiguration,
    isUp: (server: RealServerConfiguration) => boolean,
    previous?: ServiceServers,
  ) {
    this.#service = service;
    const order = previous ? previous.#present : [];
    const rank = (server: RealServerConfiguration): number => {
      const index = order.findIndex((candidate) => sameServer(candidate, server));
      return index === -1 ? order.length : index;
    };
    const listed = service.realServers.filter((server) => isUp(server) || server.inhibitOnFailure);
    this.#present = listed.sort((left, right) => rank(left) - rank(right));
    for (const server of listed) if (!isUp(server)) this.#inhibited.add(server);
  }

  isFor({ protocol, address, port }: VirtualServerConfiguration): boolean {
    const own = this.#service;
    return own.protocol === protocol && own.address === address && own.port === port;
  }

  /** Returns whether the table changed. */
  setUp(server: RealServerConfiguration, up: boolean): boolean {
    if (server.inhibitOnFailure) {
      if (this.#inhibited.has(server) !== up) return false;
      if (up) this.#inhibited.delete(server);
      else this.#inhibited.add(server);
      return true;
    }
    if (this.#present.includes(server) === up) return false;
    this.#present = up ? [...this.#present, server] : this.#present.filter((candidate) => candidate !== server);
    return true;
  }

  definition(): ServiceDefinition {
    const { protocol, address, port, scheduler } = this.#service;
    return { protocol, address, port, scheduler, realServers: this.#present.map((server) => this.#row(server)) };
  }

  #row(server: RealServerConfiguration): RealServerDefinition {
    const { address, port, forwarding, weight } = server;
    return { address, port, forwarding, weight: this.#inhibited.has(server) ? 0 : weight };
  }
}

function sameServer(left: RealServerConfiguration, right: RealServerConfiguration): boolean {
  return left.address === right.address && left.port === right.port;
}

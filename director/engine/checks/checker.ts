import type { ServiceDefinition } from '../ipvs/plane.ts';
import type { RealServerConfiguration, TcpCheckConfiguration, VirtualServerConfiguration } from './configuration.ts';
import { ServiceServers } from './service-servers.ts';
import { TcpCheck, type AttemptResult } from './tcp-check.ts';

/** What the shell does for the checker. `key` and `attempt` come back with the result. */
export type CheckAction =
  | {
      readonly type: 'connect';
      readonly key: string;
      readonly attempt: number;
      readonly target: TcpCheckConfiguration;
    }
  | { readonly type: 'abort'; readonly key: string; readonly attempt: number }
  /** A verdict turned: tell who watches. */
  | { readonly type: 'verdict'; readonly status: CheckStatus }
  /** `services` has changed: give it to the plane. */
  | { readonly type: 'table' };

export interface CheckStatus {
  readonly service: VirtualServerConfiguration;
  readonly server: RealServerConfiguration;
  readonly kind: string;
  readonly up: boolean;
  readonly reason: string;
  /** On the engine's clock. */
  readonly since: number;
}

interface Entry {
  readonly key: string;
  readonly service: VirtualServerConfiguration;
  readonly server: RealServerConfiguration;
  readonly check: TcpCheck;
}

/** All health checks and the table that follows from them. Pure: results and the time go in, actions come out. */
export class Checker {
  readonly #chance: () => number;
  #entries: Entry[] = [];
  #services: ServiceServers[] = [];

  /** `chance` gives numbers from 0 up to 1, which spread the first attempts. */
  constructor(chance: () => number) {
    this.#chance = chance;
  }

  get nextTimeoutAt(): number {
    return Math.min(Infinity, ...this.#entries.map(({ check }) => check.nextTimeoutAt));
  }

  /** The table of virtual services for the plane, as it should be now. */
  get services(): ServiceDefinition[] {
    return this.#services.map((service) => service.definition());
  }

  status(): CheckStatus[] {
    return this.#entries.map(statusOf);
  }

  /** Takes a configuration: the first one, or another in place of it, whose unchanged checks keep their verdict. */
  configure(virtualServers: readonly VirtualServerConfiguration[], now: number): CheckAction[] {
    const known = new Map(this.#entries.map((entry) => [entry.key, entry.check]));
    this.#entries = describeChecks(virtualServers).map(({ configuration, ...place }) => {
      const check = known.get(place.key) ?? this.#newCheck(configuration, place.server, now);
      check.reconfigure(configuration, now);
      return { ...place, check };
    });
    this.#services = virtualServers.map((service) => {
      const previous = this.#services.find((candidate) => candidate.isFor(service));
      return new ServiceServers(service, (server) => this.#isUp(service, server), previous);
    });
    return [{ type: 'table' }];
  }

  tick(now: number): CheckAction[] {
    return this.#entries.flatMap((entry) => {
      const wasUp = entry.check.up;
      const actions = entry.check.tick(now).map(({ type, attempt }): CheckAction => {
        const { key, check } = entry;
        return type === 'connect' ? { type, key, attempt, target: check.configuration } : { type, key, attempt };
      });
      return [...actions, ...this.#afterwards(entry, wasUp)];
    });
  }

  finish(key: string, attempt: number, result: AttemptResult, now: number): CheckAction[] {
    const entry = this.#entries.find((candidate) => candidate.key === key);
    if (!entry) return [];
    const wasUp = entry.check.up;
    entry.check.finish(attempt, result, now);
    return this.#afterwards(entry, wasUp);
  }

  #newCheck(configuration: TcpCheckConfiguration, server: RealServerConfiguration, now: number): TcpCheck {
    return new TcpCheck(configuration, !server.startsDown, now, this.#chance());
  }

  #afterwards(entry: Entry, wasUp: boolean): CheckAction[] {
    if (entry.check.up === wasUp) return [];
    const verdict: CheckAction = { type: 'verdict', status: statusOf(entry) };
    const service = this.#services.find((candidate) => candidate.isFor(entry.service));
    const changed = service?.setUp(entry.server, this.#isUp(entry.service, entry.server)) ?? false;
    return changed ? [verdict, { type: 'table' }] : [verdict];
  }

  /** A server is up when all its checks say so; without checks it always is. */
  #isUp(service: VirtualServerConfiguration, server: RealServerConfiguration): boolean {
    const prefix = serverKey(service, server);
    return this.#entries.every(({ key, check }) => !key.startsWith(prefix) || check.up);
  }
}

function statusOf({ service, server, check }: Entry): CheckStatus {
  const { up, reason, since, configuration } = check;
  return { service, server, kind: configuration.kind, up, reason, since };
}

function serverKey(service: VirtualServerConfiguration, server: RealServerConfiguration): string {
  return `${service.protocol} ${service.address}:${service.port} ${server.address}:${server.port} `;
}

function describeChecks(virtualServers: readonly VirtualServerConfiguration[]) {
  return virtualServers.flatMap((service) =>
    service.realServers.flatMap((server) =>
      server.checks.map((configuration, index) => ({
        key: `${serverKey(service, server)}${configuration.kind} ${configuration.address}:${configuration.port} ${index}`,
        service,
        server,
        configuration,
      })),
    ),
  );
}

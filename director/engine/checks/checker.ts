import type { ServiceKey } from '../../api/table.ts';
import type {
  CheckConfiguration,
  NotifyCommand,
  RealServerConfiguration,
  VirtualServerConfiguration,
} from './configuration.ts';
import { CheckedServer, type ServerAction } from './checked-server.ts';
import type { CheckResult, ServerMode } from './result.ts';
import { ServicePool, type PoolNews, type WantedService } from './service-pool.ts';

export type { WantedService } from './service-pool.ts';

/** What the shell does for the checker. `key` and `attempt` come back with the result. */
export type CheckAction =
  | { readonly type: 'start'; readonly key: string; readonly attempt: number; readonly check: CheckConfiguration }
  | { readonly type: 'abort'; readonly key: string; readonly attempt: number }
  /** A check's verdict turned. */
  | { readonly type: 'verdict'; readonly status: CheckStatus }
  /** A server went up or down, or into another mode, or has another weight. */
  | { readonly type: 'server'; readonly status: ServerStatus }
  /** A service gained or lost its quorum, or its sorry server came or went. */
  | { readonly type: 'service'; readonly service: VirtualServerConfiguration; readonly news: PoolNews }
  | { readonly type: 'notify'; readonly notify: NotifyCommand; readonly cause: string }
  /** `services` has changed: give it to the plane. */
  | { readonly type: 'table' };

export interface CheckStatus {
  readonly service: VirtualServerConfiguration;
  readonly server: RealServerConfiguration;
  readonly kind: string;
  readonly up: boolean;
  /** What was seen, and how many times in a row when it failed. */
  readonly reason: string;
  /** On the engine's clock. */
  readonly since: number;
}

export interface ServerStatus {
  readonly service: VirtualServerConfiguration;
  readonly server: RealServerConfiguration;
  readonly up: boolean;
  readonly mode: ServerMode;
  /** Effective weight: of the file, a check, the agent or a person. */
  readonly weight: number;
  /** Which check or who, and what was seen. */
  readonly reason: string;
  readonly since: number;
}

/** A service, what the quorum has made of it, and what should be in the table for it. */
export interface PoolStatus {
  readonly configuration: VirtualServerConfiguration;
  readonly quorumUp: boolean;
  readonly sorryActive: boolean;
  /** Servers that are well, whether in use or not. */
  readonly well: readonly RealServerConfiguration[];
  readonly wanted: WantedService;
}

interface Service {
  readonly key: string;
  readonly configuration: VirtualServerConfiguration;
  readonly servers: readonly CheckedServer[];
  readonly pool: ServicePool;
}

/** All health checks and the table that follows from them. Pure: results and the time go in, actions come out. */
export class Checker {
  readonly #chance: () => number;
  #services: Service[] = [];

  /** `chance` gives numbers from 0 up to 1, which spread the first attempts. */
  constructor(chance: () => number) {
    this.#chance = chance;
  }

  get nextTimeoutAt(): number {
    return this.#services.reduce(
      (soonest, { servers }) => servers.reduce((least, server) => Math.min(least, server.nextTimeoutAt), soonest),
      Infinity,
    );
  }

  /** The table of virtual services for the plane, as it should be now. */
  get services(): WantedService[] {
    return this.#services.map(({ pool }) => pool.wanted());
  }

  /** Directories in which files take servers out. */
  get maintenanceDirectories(): string[] {
    return [...new Set(this.#services.flatMap(({ configuration }) => configuration.maintenanceDirectory ?? []))];
  }

  status(): CheckStatus[] {
    return this.#services.flatMap(({ servers }) => servers.flatMap((server) => server.checkStatus()));
  }

  poolStatus(): PoolStatus[] {
    return this.#services.map(({ configuration, servers, pool }) => ({
      configuration,
      quorumUp: pool.quorumUp,
      sorryActive: pool.sorryActive,
      well: servers.filter(({ alive }) => alive).map((server) => server.configuration),
      wanted: pool.wanted(),
    }));
  }

  serverStatus(): ServerStatus[] {
    return this.#services.flatMap(({ servers }) => servers.map((server) => server.status()));
  }

  /**
   * Takes a configuration: the first one, or another in place of it. What stayed keeps verdicts, failure counts, weights, modes and its
   * place in the table; attempts of checks that left are aborted.
   */
  configure(virtualServers: readonly VirtualServerConfiguration[], now: number): CheckAction[] {
    const known = new Map(this.#services.map((service) => [service.key, service]));
    const actions: CheckAction[] = [];
    this.#services = virtualServers.map((configuration) => {
      const key = serviceKey(configuration);
      const previous = known.get(key);
      known.delete(key);
      const { servers, removed } = this.#takeServers(configuration, previous, now);
      actions.push(...removed);
      const pool = new ServicePool(configuration, servers, previous?.pool);
      const service = { key, configuration, servers, pool };
      actions.push(...settle(service, true));
      return service;
    });
    // What is removed while the director goes on is told whatever `notifiesOnStop` says, as keepalived does.
    for (const service of known.values()) actions.push(...leave(service));
    return [...actions.filter(({ type }) => type !== 'table'), { type: 'table' }];
  }

  tick(now: number): CheckAction[] {
    return this.#services.flatMap((service) =>
      service.servers.flatMap((server) =>
        server.nextTimeoutAt > now ? [] : follow(service, server, server.tick(now), now),
      ),
    );
  }

  finish(key: string, attempt: number, result: CheckResult, now: number): CheckAction[] {
    for (const service of this.#services)
      for (const server of service.servers)
        if (server.hasCheck(key)) return follow(service, server, server.finish(key, attempt, result, now), now);
    return [];
  }

  /** A person's choice, until the next one; `ready` leaves it to the checks again. undefined: no such server. */
  setMode(
    service: ServiceKey,
    server: Place,
    mode: ServerMode,
    reason: string,
    now: number,
  ): CheckAction[] | undefined {
    return this.#choose(service, server, now, (found) => found.state.setOperatorMode({ mode, reason }));
  }

  /** A weight in place of the file's; undefined takes it back. Returns undefined when there is no such server. */
  setWeight(service: ServiceKey, server: Place, weight: number | undefined, now: number): CheckAction[] | undefined {
    return this.#choose(service, server, now, (found) => found.state.overrideWeight(weight));
  }

  /** The names in a maintenance directory; `hostNames` are those of a server's address. */
  maintenance(
    directory: string,
    files: ReadonlySet<string>,
    hostNames: (address: string) => readonly string[],
    now: number,
  ): CheckAction[] {
    return this.#services
      .filter(({ configuration }) => configuration.maintenanceDirectory === directory)
      .flatMap((service) =>
        service.servers.flatMap((server) => {
          const { address, port } = server.configuration;
          const names = [address, `[${address}]`, ...hostNames(address)];
          const file = names.flatMap((name) => [`${name}:${port}`, name]).find((name) => files.has(name));
          server.state.setMaintenanceFile(file);
          return follow(service, server, [], now);
        }),
      );
  }

  /** The director stops: attempts are aborted, and with `omega` everybody who was told "up" is told "down". */
  stop(): CheckAction[] {
    const actions = this.#services.flatMap((service) =>
      service.configuration.notifiesOnStop ? leave(service) : aborts(service.servers),
    );
    this.#services = [];
    return actions;
  }

  #takeServers(configuration: VirtualServerConfiguration, previous: Service | undefined, now: number) {
    const known = new Map(previous?.servers.map((server) => [server.key, server]));
    const removed: CheckAction[] = [];
    const servers = configuration.realServers.map((server) => {
      const next = new CheckedServer(configuration, server, now, this.#chance);
      const old = known.get(next.key);
      known.delete(next.key);
      if (old) removed.push(...next.inherit(old, now));
      return next;
    });
    for (const gone of known.values()) {
      removed.push(...gone.abort());
      if (gone.alive) removed.push(...notifyServer(gone, false));
    }
    return { servers, removed };
  }

  #choose(key: ServiceKey, place: Place, now: number, change: (server: CheckedServer) => void) {
    const service = this.#services.find((candidate) => candidate.key === serviceKey(key));
    const server = service?.servers.find(({ configuration }) => samePlace(configuration, place));
    if (!service || !server) return undefined;
    change(server);
    return follow(service, server, [], now);
  }
}

interface Place {
  readonly address: string;
  readonly port: number;
}

const samePlace = (left: Place, right: Place): boolean => left.address === right.address && left.port === right.port;

function serviceKey({ protocol, address, port, mark }: ServiceKey): string {
  return `${protocol} ${address}:${port} ${mark ?? ''}`;
}

/** What follows from what a server's checks did. */
function follow(
  service: Service,
  server: CheckedServer,
  happened: readonly ServerAction[],
  now: number,
): CheckAction[] {
  const actions: CheckAction[] = happened.flatMap((action) => (action.type === 'first-failure' ? [] : [action]));
  const before = server.alive;
  if (!server.refresh(now)) {
    if (happened.some(({ type }) => type === 'first-failure')) actions.push(...notifyServer(server, false));
    return actions;
  }
  actions.push({ type: 'server', status: server.status() });
  if (server.alive !== before) actions.push(...notifyServer(server, server.alive));
  return [...actions, ...settle(service, false)];
}

function settle({ configuration, servers, pool }: Service, starting: boolean): CheckAction[] {
  const { changed, news } = pool.update(servers, starting);
  const actions = news.flatMap((one): CheckAction[] => [
    { type: 'service', service: configuration, news: one },
    ...(one.what === 'quorum' ? notifyQuorum(configuration, one.up, one.reason) : []),
  ]);
  if (changed) actions.push({ type: 'table' });
  return actions;
}

/** A service leaves: as in keepalived its servers go one after the other, and the quorum with the one that it needed. */
function leave({ configuration, servers, pool }: Service): CheckAction[] {
  let quorumUp = pool.quorumUp;
  let sum = servers.reduce((total, { alive, weight }) => total + (alive ? weight : 0), 0);
  const actions = aborts(servers);
  for (const server of servers.filter(({ alive }) => alive)) {
    actions.push(...notifyServer(server, false));
    sum -= server.weight;
    if (!quorumUp || (sum > 0 && sum >= configuration.quorum - configuration.hysteresis)) continue;
    quorumUp = false;
    actions.push(...notifyQuorum(configuration, false, 'the service is being taken away'));
  }
  return actions;
}

const aborts = (servers: readonly CheckedServer[]): CheckAction[] => servers.flatMap((server) => server.abort());

function notifyServer({ configuration, service }: CheckedServer, up: boolean): CheckAction[] {
  const notify = up ? configuration.notifyUp : configuration.notifyDown;
  const cause = `${configuration.address}:${configuration.port} of ${service.address}:${service.port} ${up ? 'up' : 'down'}`;
  return notify ? [{ type: 'notify', notify, cause }] : [];
}

function notifyQuorum(service: VirtualServerConfiguration, up: boolean, reason: string): CheckAction[] {
  const notify = up ? service.quorumUp : service.quorumDown;
  const cause = `quorum of ${service.address}:${service.port} ${up ? 'gained' : 'lost'}: ${reason}`;
  return notify ? [{ type: 'notify', notify, cause }] : [];
}

import type { ServerDefinition, ServiceDefinition } from '../../api/table.ts';
import type { RealServerConfiguration, SorryServerConfiguration, VirtualServerConfiguration } from './configuration.ts';

/** A virtual service as it should be in the table, its servers in the order in which they came. */
export interface WantedService {
  readonly service: ServiceDefinition;
  readonly servers: readonly ServerDefinition[];
}

/** What the pool has to know of a real server. */
export interface PoolMember {
  readonly configuration: RealServerConfiguration;
  readonly alive: boolean;
  /** Effective weight, of which the quorum is the sum. */
  readonly weight: number;
}

export interface PoolNews {
  readonly what: 'quorum' | 'sorry-server';
  readonly up: boolean;
  readonly reason: string;
}

/**
 * Which servers of one virtual service are in the table, and the quorum that decides over the sorry server, as keepalived has it
 * (check/ipwrapper.c: update_quorum_state, perform_quorum_state). A server that returns is added last, as keepalived adds it to the
 * kernel's table, and schedulers follow that order.
 */
export class ServicePool {
  readonly #configuration: VirtualServerConfiguration;
  #quorumUp: boolean;
  #sorryActive: boolean;
  #rows: ServerDefinition[];
  /** Nobody has been told anything about it yet. */
  #isNew: boolean;

  /** `previous`: the same service before a reload, whose order and quorum stay. */
  constructor(configuration: VirtualServerConfiguration, members: readonly PoolMember[], previous?: ServicePool) {
    this.#configuration = configuration;
    const enough = configuration.quorum + configuration.hysteresis;
    const isEnough = this.#countsHeads ? members.some(({ alive }) => alive) : liveWeight(members) >= enough;
    this.#quorumUp = previous ? previous.#quorumUp : isEnough;
    this.#isNew = previous === undefined;
    // Another sorry server, or none: the old one leaves, and the new one enters only through the quorum.
    this.#sorryActive =
      previous !== undefined &&
      previous.#sorryActive &&
      sameSorryServer(previous.#configuration.sorryServer, configuration.sorryServer);
    this.#rows = previous ? [...previous.#rows] : [];
  }

  get quorumUp(): boolean {
    return this.#quorumUp;
  }
  get sorryActive(): boolean {
    return this.#sorryActive;
  }

  /** Takes what has become of the servers. `starting`: the service was just configured. */
  update(members: readonly PoolMember[], starting = false): { changed: boolean; news: PoolNews[] } {
    const news = this.#countsHeads ? this.#fallBack(members) : this.#weigh(members, starting);
    this.#isNew = false;
    const before = JSON.stringify(this.#rows);
    const wanted = this.#wanted(members);
    const kept = this.#rows.flatMap((row) => wanted.find((candidate) => sameServer(candidate, row)) ?? []);
    const added = wanted.filter((candidate) => !kept.includes(candidate));
    this.#rows = [...kept, ...added];
    return { changed: before !== JSON.stringify(this.#rows), news };
  }

  wanted(): WantedService {
    const { protocol, address, port, mark, scheduler, schedulerFlags, persistence, onePacket } = this.#configuration;
    const service: ServiceDefinition = {
      protocol,
      address,
      port,
      ...(mark === undefined ? {} : { mark }),
      scheduler,
      schedulerFlags: [...schedulerFlags],
      ...(persistence === undefined ? {} : { persistence: { ...persistence } }),
      onePacket,
    };
    return { service, servers: this.#rows };
  }

  #weigh(members: readonly PoolMember[], starting: boolean): PoolNews[] {
    const { quorum, hysteresis } = this.#configuration;
    const sum = liveWeight(members);
    const threshold = quorum + (this.#quorumUp ? -hysteresis : hysteresis);
    const mayEnter = this.#configuration.sorryServer !== undefined && !this.#sorryActive;
    if (!this.#quorumUp && sum >= threshold)
      return this.#setQuorum(true, `servers of weight ${sum} are up, ${threshold} is enough`);
    const lost = this.#quorumUp && (sum === 0 || sum < threshold);
    if (!lost && !(starting && !this.#quorumUp && mayEnter)) return [];
    return this.#setQuorum(false, `servers of weight ${sum} are up, ${Math.max(threshold, 1)} is needed`);
  }

  #setQuorum(up: boolean, reason: string): PoolNews[] {
    this.#quorumUp = up;
    const news: PoolNews[] = [{ what: 'quorum', up, reason }];
    if (this.#configuration.sorryServer && this.#sorryActive === up) news.push(this.#setSorry(!up, reason));
    return news;
  }

  /** ldirectord's way: weights count for nothing. */
  get #countsHeads(): boolean {
    const { sorryServer, quorumCounts } = this.#configuration;
    return sorryServer?.enters === 'none-up' || (sorryServer === undefined && quorumCounts === 'servers');
  }

  /**
   * ldirectord's fallback: fallback_on and fallback_off look at nothing but whether a server is up. Its fallback command goes with
   * it, and is told `start` also when the service begins without a server.
   */
  #fallBack(members: readonly PoolMember[]): PoolNews[] {
    const noneUp = !members.some(({ alive }) => alive);
    const reason = noneUp ? 'no real server is up' : 'a real server is up';
    const turned = this.#quorumUp === noneUp || (this.#isNew && noneUp);
    this.#quorumUp = !noneUp;
    const news: PoolNews[] = turned ? [{ what: 'quorum', up: !noneUp, reason }] : [];
    const stays = !this.#configuration.sorryServer || noneUp === this.#sorryActive;
    return stays ? news : [...news, this.#setSorry(noneUp, reason)];
  }

  #setSorry(active: boolean, reason: string): PoolNews {
    this.#sorryActive = active;
    return { what: 'sorry-server', up: active, reason };
  }

  #wanted(members: readonly PoolMember[]): ServerDefinition[] {
    const { sorryServer } = this.#configuration;
    const rows = members.flatMap(({ configuration, alive, weight }): ServerDefinition[] => {
      const takes = alive && !this.#sorryActive;
      return takes || configuration.inhibitOnFailure ? [realRow(configuration, takes ? weight : 0)] : [];
    });
    if (!sorryServer || !(this.#sorryActive || sorryServer.inhibit)) return rows;
    const sorry = sorryRow(sorryServer, this.#sorryActive);
    const twin = rows.findIndex((row) => sameServer(row, sorry));
    // A real server that is the sorry server as well has one place in the table.
    if (twin === -1) rows.push(sorry);
    else if (this.#sorryActive) rows[twin] = sorry;
    return rows;
  }
}

function liveWeight(members: readonly PoolMember[]): number {
  return members.reduce((sum, { alive, weight }) => sum + (alive ? weight : 0), 0);
}

function realRow(server: RealServerConfiguration, weight: number): ServerDefinition {
  const { address, port, forwarding, tunnel, upperThreshold, lowerThreshold } = server;
  return {
    address,
    port,
    forwarding,
    weight,
    upperThreshold,
    lowerThreshold,
    ...(tunnel === undefined ? {} : { tunnel }),
  };
}

function sorryRow(server: SorryServerConfiguration, active: boolean): ServerDefinition {
  const { address, port, forwarding, tunnel, weight } = server;
  const place = { address, port, forwarding, upperThreshold: 0, lowerThreshold: 0 };
  return { ...place, weight: active ? weight : 0, ...(tunnel === undefined ? {} : { tunnel }) };
}

function sameSorryServer(
  left: SorryServerConfiguration | undefined,
  right: SorryServerConfiguration | undefined,
): boolean {
  return left !== undefined && right !== undefined && sameServer(left, right);
}

interface Place {
  readonly address: string;
  readonly port: number;
}

function sameServer(left: Place, right: Place): boolean {
  return left.address === right.address && left.port === right.port;
}

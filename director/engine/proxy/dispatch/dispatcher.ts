import type { Balancer } from '../balance/balancer.ts';
import { isHashing } from '../balance/make-balancer.ts';
import type { Capacity } from '../balance/capacity.ts';
import type { ServerGroup } from '../balance/server-group.ts';
import type { RetryReason } from '../backend.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type {
  Assignment,
  CookiePersistence,
  Dispatcher,
  RuleLists,
  Sticking,
  Waiting,
} from '../runtime/collaborators.ts';
import { Placement } from '../runtime/placement.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Stream } from '../runtime/stream.ts';
import { BackendQueues, type QueueUser } from './backend-queues.ts';
import { LastServers } from './last-servers.ts';

export interface DispatchParts {
  readonly backend: BackendRuntime;
  readonly rules: Pick<RuleLists, 'chooseServer' | 'persistence'>;
  readonly cookies: CookiePersistence | undefined;
  readonly sticking: Sticking | undefined;
  readonly balancer: Balancer;
  readonly group: ServerGroup;
  readonly capacity: Capacity;
}

const NONE: Assignment = { kind: 'none' };
const FULL: Assignment = { kind: 'full' };
const QUEUED: Assignment = { kind: 'queued' };
const LATER: Assignment = { kind: 'later' };

/** Who gets which server of a backend: HAProxy's assign_server_and_queue, and what comes after a failure. */
export class BackendDispatcher implements Dispatcher, QueueUser {
  readonly #parts: DispatchParts;
  readonly #queues: BackendQueues;
  readonly #lastServers: LastServers | undefined;
  readonly #acceptsUp = (name: string): boolean => this.#parts.backend.server(name)?.up === true;
  readonly #acceptsAny = (name: string): boolean => this.#parts.backend.server(name) !== undefined;

  constructor(parts: DispatchParts) {
    const { backend, balancer, group, capacity } = parts;
    this.#parts = parts;
    this.#queues = new BackendQueues(backend, group, capacity, this);
    this.#lastServers = backend.back.prefersLastServer ? new LastServers(backend, capacity) : undefined;
    backend.queues = this.#queues;
    backend.onServerChange((server) => {
      group.refresh();
      balancer.serverChanged(server);
    });
  }

  assign(waiting: Waiting, now: number): Assignment {
    const { stream } = waiting;
    const placement = new Placement();
    stream.placement = placement;
    placement.persistence = this.#parts.rules.persistence(stream);
    const bound = this.#bound(stream, placement, now);
    return bound === undefined ? this.#balance(waiting, undefined, now) : this.#join(waiting, bound, now);
  }

  retry(waiting: Waiting, now: number, reason: RetryReason = 'conn-failure'): Assignment {
    const { stream } = waiting;
    const { backend } = this.#parts;
    const { server } = stream;
    const placement = (stream.placement ??= new Placement());
    if (server === undefined) return NONE;
    if (++placement.attempts > backend.back.retries || !this.#retriesAfter(reason)) {
      this.#countFailure(server);
      this.release(server, now);
      return NONE;
    }
    stream.retries++;
    if (!this.#redispatches(placement)) {
      server.counters.retries++;
      backend.counters.retries++;
      this.#countSession(server, now);
      return { kind: 'given', server };
    }
    this.release(server, now);
    placement.direct = false;
    return this.#anyWillDo() ? this.#balance(waiting, server, now) : LATER;
  }

  resume(waiting: Waiting, now: number): Assignment {
    return this.#balance(waiting, waiting.stream.server, now);
  }

  leave(waiting: Waiting, _now: number, late = false): void {
    if (this.#queues.leave(waiting) && late) this.#countFailure(waiting.stream.server);
  }

  release(server: ServerRuntime, now: number): void {
    server.current--;
    this.#parts.balancer.loadChanged(server);
    this.#queues.dequeue(server, now);
  }

  // Of the queues.

  take(server: ServerRuntime, stream: Stream, now: number): void {
    server.current++;
    const { counters } = server;
    counters.sessionsMax = Math.max(counters.sessionsMax, server.current);
    this.#countSession(server, now);
    this.#lastServers?.note(stream, server);
    this.#parts.balancer.loadChanged(server);
  }

  reassign(waiting: Waiting, now: number): void {
    const { stream } = waiting;
    if (stream.placement !== undefined) stream.placement.direct = false;
    const assignment = this.#balance(waiting, stream.server, now);
    if (assignment.kind === 'given') waiting.given(assignment.server, now);
    else if (assignment.kind !== 'queued') waiting.refused(now);
  }

  /** `use-server`, then the cookie, then the stick tables; each is looked at, also when another has decided. */
  #bound(stream: Stream, placement: Placement, now: number): ServerRuntime | undefined {
    const { backend, rules, cookies, sticking } = this.#parts;
    const stays = backend.back.persistsWhenDown || placement.persistence === 'force';
    const named = rules.chooseServer(stream, stays ? this.#acceptsAny : this.#acceptsUp);
    let bound = named === undefined ? undefined : backend.server(named);
    placement.direct = bound !== undefined;
    const ofCookie = stream.request === undefined ? undefined : cookies?.readRequest(stream, now);
    bound ??= ofCookie;
    placement.direct = bound !== undefined;
    const ofTable = sticking?.match(stream, now);
    bound ??= ofTable;
    placement.direct = bound !== undefined;
    return bound;
  }

  /** `previous`: failed, or has none to give any more. */
  #balance(waiting: Waiting, previous: ServerRuntime | undefined, now: number): Assignment {
    const { stream } = waiting;
    const { backend, group } = this.#parts;
    const someUsable = group.size > 0;
    const chosen = someUsable ? this.#choose(stream, previous) : undefined;
    if (previous !== undefined) this.#countChange(stream, previous, chosen);
    stream.server = chosen;
    if (chosen !== undefined) return this.#join(waiting, chosen, now);
    if (someUsable) {
      this.#queues.join(waiting, undefined, now);
      return QUEUED;
    }
    backend.counters.connectionErrors++;
    return NONE;
  }

  #choose(stream: Stream, previous: ServerRuntime | undefined): ServerRuntime | undefined {
    const { backend, balancer } = this.#parts;
    const last = this.#lastServers?.preferred(stream);
    if (last !== undefined) return last;
    const { queued, current } = backend;
    if (queued > 0 && queued !== current && balancer.fullWhenQueued) return undefined;
    const chosen = balancer.choose(stream, previous);
    if (chosen !== undefined && chosen !== previous) {
      backend.counters.balanced++;
      chosen.counters.balanced++;
    }
    return chosen;
  }

  /** A place with a server, or in its queue. */
  #join(waiting: Waiting, server: ServerRuntime, now: number): Assignment {
    const { stream } = waiting;
    const { capacity } = this.#parts;
    stream.server = server;
    if (capacity.hasRoom(server)) {
      this.take(server, stream, now);
      return { kind: 'given', server };
    }
    const { maxQueue } = server.settings;
    if (maxQueue === 0 || server.queued < maxQueue) {
      this.#queues.join(waiting, server, now);
      return QUEUED;
    }
    if (this.#mayLeaveFull(stream.placement)) {
      if (stream.placement !== undefined) stream.placement.direct = false;
      return this.#balance(waiting, server, now);
    }
    this.#countFailure(server);
    return FULL;
  }

  #mayLeaveFull(placement: Placement | undefined): boolean {
    if (placement?.direct !== true || placement.persistence === 'force') return false;
    return this.#parts.backend.back.redispatch !== undefined;
  }

  #retriesAfter(reason: RetryReason): boolean {
    const { retryOn } = this.#parts.backend.back;
    return retryOn.includes(reason) || retryOn.includes('all-retryable-errors');
  }

  /** Whether this attempt is to go elsewhere (`option redispatch`): in its turn, or when any other server will do. */
  #redispatches({ persistence, attempts, direct }: Placement): boolean {
    const { redispatch, retries } = this.#parts.backend.back;
    if (redispatch === undefined || persistence === 'force') return false;
    const every = redispatch > 0 ? redispatch : retries + 1 + redispatch;
    if (redispatch !== 0 && every !== 0 && attempts % every === 0) return true;
    return !direct && this.#anyWillDo();
  }

  /** Nothing but the balancing has chosen, and it could as well have chosen another. */
  #anyWillDo(): boolean {
    const { backend, group } = this.#parts;
    return group.active.length > 1 && !isHashing(backend.back.balance);
  }

  #countChange(stream: Stream, previous: ServerRuntime, chosen: ServerRuntime | undefined): void {
    const { counters } = this.#parts.backend;
    if (chosen === previous) {
      previous.counters.retries++;
      counters.retries++;
      return;
    }
    if (stream.termination.clientCookie === 'V') stream.termination.clientCookie = 'D';
    stream.redispatched = true;
    previous.counters.redispatches++;
    counters.redispatches++;
  }

  #countSession(server: ServerRuntime, now: number): void {
    const { counters } = server;
    counters.sessions++;
    counters.sessionRateMax = Math.max(counters.sessionRateMax, server.sessionRate.add(now));
    server.lastSessionAt = now;
  }

  #countFailure(server: ServerRuntime | undefined): void {
    if (server !== undefined) server.counters.connectionErrors++;
    this.#parts.backend.counters.connectionErrors++;
  }
}

import { isDynamic } from '../balance/make-balancer.ts';
import { Sleeper, type Deadlines } from '../exchange/deadlines.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import { WEIGHT_SCALE, type ServerRuntime } from '../runtime/server-runtime.ts';
import { type Reason, type StateLine, because, named, whatIsLeft } from './state-log.ts';
import { hasUsable } from './has-usable.ts';
import { Administration } from './administration.ts';

/** What others have to do when servers change; each may be called any number of times. */
export interface StateListener {
  log(line: StateLine): void;
  /** `on-marked-down`, `on-marked-up`: streams of this server end, with this cause in the log. */
  endStreams(server: ServerRuntime, cause: 'D' | 'U', now: number): void;
  /** Connections that wait for another request are to be closed. */
  closeIdle(server: ServerRuntime): void;
}

/** As HAProxy answers a command that it does not follow. */
export type Refusal = string | undefined;

const SMALLEST_STEP_MS = 1000;

/**
 * The only one who changes servers' states and weights while it runs: health checks, agents, the statistics page and the runtime
 * socket come here. Whoever balances, waits, counts or logs is told.
 */
export class ServerStates {
  readonly administration: Administration;
  readonly #deadlines: Deadlines;
  readonly #listener: StateListener;
  readonly #trackers = new Map<ServerRuntime, ServerRuntime[]>();
  readonly #tracked = new Map<ServerRuntime, ServerRuntime>();
  readonly #warmUps = new Map<ServerRuntime, WarmUp>();

  constructor(backends: ReadonlyMap<string, BackendRuntime>, deadlines: Deadlines, listener: StateListener) {
    this.#deadlines = deadlines;
    this.#listener = listener;
    const servers = [...backends.values()].flatMap((backend) => backend.servers);
    for (const server of servers) this.#link(server, backends);
    this.administration = new Administration(this, listener);
    for (const server of servers) if (server.settings.disabled) this.administration.begin(server);
  }

  /** Those that follow it. */
  trackersOf(server: ServerRuntime): readonly ServerRuntime[] {
    return this.#trackers.get(server) ?? [];
  }

  trackedBy(server: ServerRuntime): ServerRuntime | undefined {
    return this.#tracked.get(server);
  }

  /** Checks have failed: nobody is sent there any more. */
  setStopped(server: ServerRuntime, now: number, reason?: Reason): void {
    if (server.inMaintenance || server.operational === 'stopped') return;
    const level = server.operational === 'stopping' || server.draining ? 'notice' : 'alert';
    const hadSome = hasUsable(server.backend);
    server.operational = 'stopped';
    server.changedAt = now;
    this.tell(server);
    if (server.settings.onMarkedDown === 'shutdown-sessions') this.#listener.endStreams(server, 'D', now);
    const moved = server.backend.queues?.redistribute(server, now) ?? 0;
    this.log(server, level, `${named(server)} is DOWN${because(server, reason)}${whatIsLeft(server, moved)}`);
    this.backendMayBeDown(server.backend, hadSome, now);
    server.counters.transitionsDown++;
    for (const tracker of this.trackersOf(server)) this.setStopped(tracker, now);
  }

  /** Checks pass again. */
  setRunning(server: ServerRuntime, now: number, reason?: Reason): void {
    const { operational, settings, backend } = server;
    if (server.inMaintenance || operational === 'starting' || operational === 'running') return;
    this.backendMayBeUp(backend, now);
    if (operational === 'stopped') server.downMs += Math.max(0, now - server.changedAt);
    server.changedAt = now;
    server.operational = settings.slowStartMs > 0 ? 'starting' : 'running';
    this.weigh(server, now);
    this.tell(server);
    const moved = this.welcome(server, now);
    this.log(server, 'notice', `${named(server)} is UP${because(server, reason)}${whatIsLeft(server, moved)}`);
    for (const tracker of this.trackersOf(server)) this.setRunning(tracker, now);
  }

  /** A check said 404 (`http-check disable-on-404`): those who are bound to it may still come. */
  setStopping(server: ServerRuntime, now: number, reason?: Reason): void {
    if (server.inMaintenance || server.operational === 'stopping') return;
    const hadSome = hasUsable(server.backend);
    server.operational = 'stopping';
    server.changedAt = now;
    this.tell(server);
    const moved = server.backend.queues?.redistribute(server, now) ?? 0;
    this.log(server, 'notice', `${named(server)} is stopping${because(server, reason)}${whatIsLeft(server, moved)}`);
    this.backendMayBeDown(server.backend, hadSome, now);
    for (const tracker of this.trackersOf(server)) this.setStopping(tracker, now);
  }

  /** `set server … weight`, agents: a number to 256, or percent of the file's weight. */
  setWeight(server: ServerRuntime, text: string, now: number): Refusal {
    const { backend, initialWeight } = server;
    const [, digits, rest = ''] = /^\s*([+-]?\d+)(.*)$/s.exec(text) ?? [];
    if (text === '') return 'Require <weight> or <weight%>.\n';
    if (digits === undefined) return 'Empty weight string empty or preceded by garbage';
    let weight = Number.parseInt(digits, 10);
    if (rest === '%') {
      if (weight < 0) return 'Relative weight must be positive.\n';
      weight = Math.min(256, Math.floor((initialWeight * Math.min(weight, 25_600)) / 100));
    } else if (weight < 0 || weight > 256) return 'Absolute weight can only be between 0 and 256 inclusive.\n';
    else if (rest !== '') return 'Trailing garbage in weight string';
    if (weight !== 0 && weight !== initialWeight && !isDynamic(backend.back.balance))
      return "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.\n";
    const hadSome = hasUsable(backend);
    server.userWeight = weight;
    // In maintenance it counts only afterwards.
    if (server.inMaintenance) return undefined;
    this.weigh(server, now);
    this.tell(server);
    this.backendMayBeDown(backend, hadSome, now);
    this.administration.remindOfDrain(server);
    return undefined;
  }

  /** `set maxconn server`, `set server … maxconn` by agents. */
  setMaxConnections(server: ServerRuntime, text: string, now: number): Refusal {
    const [, digits, rest = ''] = /^\s*([+-]?\d+)(.*)$/s.exec(text) ?? [];
    if (text === '') return 'Require <maxconn>.\n';
    if (digits === undefined) return 'maxconn string empty or preceded by garbage';
    if (rest !== '') return 'Trailing garbage in maxconn string';
    const limit = Number.parseInt(digits, 10);
    if (limit < 0) return 'maxconn string empty or preceded by garbage';
    server.maxConnections = limit;
    server.backend.queues?.dequeue(server, now);
    return undefined;
  }

  /** The weight that balancing uses, less while it is warming up; ends that when its time is over. */
  weigh(server: ServerRuntime, now: number): void {
    const { settings, backend, userWeight, changedAt } = server;
    const seconds = Math.ceil(settings.slowStartMs / 1000);
    const passed = Math.floor(now / 1000) - Math.floor(changedAt / 1000);
    if (server.operational === 'starting' && (passed < 0 || passed >= seconds)) server.operational = 'running';
    const warms = server.operational === 'starting' && isDynamic(backend.back.balance);
    const scale = warms ? Math.floor((WEIGHT_SCALE * passed + seconds) / seconds) : WEIGHT_SCALE;
    server.effectiveWeight = userWeight * scale;
    if (server.operational === 'starting') this.#warmUp(server, now);
  }

  /** Balancing looks at it again. */
  tell(server: ServerRuntime): void {
    server.backend.serverChanged(server);
  }

  /** It may have streams again. Answers how many came out of the queue. */
  welcome(server: ServerRuntime, now: number): number {
    const { settings, backend } = server;
    if (settings.onMarkedUp === 'shutdown-backup-sessions' && !settings.backup && server.effectiveWeight > 0)
      for (const one of backend.servers) if (one.settings.backup) this.#listener.endStreams(one, 'U', now);
    return backend.queues?.grab(server, now) ?? 0;
  }

  log({ backend }: ServerRuntime, level: StateLine['level'], text: string): void {
    this.#listener.log({ level, text, backend });
  }

  backendMayBeDown(backend: BackendRuntime, hadSome: boolean, now: number): void {
    if (!hadSome || hasUsable(backend)) return;
    backend.changedAt = now;
    backend.counters.transitionsDown++;
    const { kind, name } = backend.settings;
    this.#listener.log({
      level: 'emerg',
      text: `${kind === 'listen' ? 'proxy' : kind} ${name} has no server available!`,
      backend,
    });
  }

  /** Before one of its servers comes up. */
  backendMayBeUp(backend: BackendRuntime, now: number): void {
    if (hasUsable(backend)) return;
    backend.downMs += Math.max(0, now - backend.changedAt);
    backend.changedAt = now;
  }

  #link(server: ServerRuntime, backends: ReadonlyMap<string, BackendRuntime>): void {
    const { tracks } = server.settings;
    if (tracks === undefined) return;
    const tracked = backends.get(tracks.backend)?.server(tracks.server);
    if (tracked === undefined) throw new Error(`there is no server ${tracks.backend}/${tracks.server}`);
    this.#tracked.set(server, tracked);
    this.#trackers.set(tracked, [server, ...this.trackersOf(tracked)]);
  }

  #warmUp(server: ServerRuntime, now: number): void {
    let warmUp = this.#warmUps.get(server);
    if (warmUp === undefined) {
      warmUp = new WarmUp((at) => this.#warm(server, at));
      this.#warmUps.set(server, warmUp);
    }
    if (warmUp.wakeAt !== Infinity && warmUp.wakeAt > now) return;
    this.#deadlines.set(warmUp, now + Math.max(SMALLEST_STEP_MS, server.settings.slowStartMs / 20));
  }

  #warm(server: ServerRuntime, now: number): void {
    if (server.inMaintenance || server.operational !== 'starting') return;
    this.weigh(server, now);
    this.tell(server);
    server.backend.queues?.grab(server, now);
  }
}

class WarmUp extends Sleeper {
  readonly wake: (now: number) => void;

  constructor(wake: (now: number) => void) {
    super();
    this.wake = wake;
  }
}

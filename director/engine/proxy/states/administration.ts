import type { AdministrativeState, ServerRuntime } from '../runtime/server-runtime.ts';
import { because, named, via, whatIsLeft } from './state-log.ts';
import { hasUsable } from './has-usable.ts';
import type { ServerStates, StateListener } from './server-states.ts';

type Mode = keyof AdministrativeState;

/** What people make of servers: maintenance, drain, ready; and what servers inherit that track them. */
export class Administration {
  readonly #states: ServerStates;
  readonly #listener: StateListener;

  constructor(states: ServerStates, listener: StateListener) {
    this.#states = states;
    this.#listener = listener;
  }

  /** A server that the file has disabled; nothing is logged. */
  begin(server: ServerRuntime): void {
    server.operational = 'stopped';
    server.health = 0;
    this.#states.tell(server);
    for (const tracker of this.#states.trackersOf(server)) {
      if (tracker.administrative.inheritedMaintenance) continue;
      tracker.administrative.inheritedMaintenance = true;
      this.begin(tracker);
    }
  }

  /** `cause` is put behind the log's line, in parentheses. */
  setMaintenance(server: ServerRuntime, now: number, cause = ''): void {
    this.#set(server, 'maintenance', now, cause);
  }

  setDrain(server: ServerRuntime, now: number, cause = ''): void {
    this.#set(server, 'drain', now, cause);
  }

  clearMaintenance(server: ServerRuntime, now: number): void {
    this.#clear(server, 'maintenance', now);
  }

  clearDrain(server: ServerRuntime, now: number): void {
    this.#clear(server, 'drain', now);
  }

  /** `set server … state ready`: both are taken back. */
  setReady(server: ServerRuntime, now: number): void {
    this.clearDrain(server, now);
    this.clearMaintenance(server, now);
  }

  /** HAProxy says so whenever anything else changes about a server that drains. */
  remindOfDrain(server: ServerRuntime): void {
    if (!server.draining || server.inMaintenance) return;
    const text = server.administrative.drain
      ? 'remains in forced drain mode'
      : `is leaving forced drain but remains in drain mode${via(server)}`;
    this.#states.log(server, 'notice', `${named(server)} ${text}`);
  }

  #set(server: ServerRuntime, mode: Mode, now: number, cause: string): void {
    const { administrative } = server;
    if (administrative[mode]) return;
    const maintains = isMaintenance(mode);
    const was = maintains ? server.inMaintenance : server.draining;
    const shown = cause === '' ? '' : ` (${cause})`;
    if (maintains && !was) this.#enterMaintenance(server, mode, now, shown);
    else if (!maintains && !was && !server.inMaintenance) this.#enterDrain(server, mode, now, shown);
    else administrative[mode] = true;
    if (was) return;
    const inherited = maintains ? 'inheritedMaintenance' : 'inheritedDrain';
    for (const tracker of this.#states.trackersOf(server)) this.#set(tracker, inherited, now, cause);
  }

  #clear(server: ServerRuntime, mode: Mode, now: number): void {
    const { administrative } = server;
    if (!administrative[mode]) return;
    administrative[mode] = false;
    const maintains = isMaintenance(mode);
    if (maintains ? server.inMaintenance : server.draining) {
      this.#logRemaining(server, mode);
      return;
    }
    if (maintains) this.#leaveMaintenance(server, mode, now);
    else if (!server.inMaintenance) this.#leaveDrain(server, mode, now);
    const inherited = maintains ? 'inheritedMaintenance' : 'inheritedDrain';
    for (const tracker of this.#states.trackersOf(server)) this.#clear(tracker, inherited, now);
  }

  #enterMaintenance(server: ServerRuntime, mode: Mode, now: number, cause: string): void {
    const states = this.#states;
    const { backend, operational } = server;
    const from = mode === 'maintenance' ? '' : because(server, undefined);
    const wasStopping = operational === 'stopping' || server.draining;
    const hadSome = hasUsable(backend);
    server.administrative[mode] = true;
    server.health = 0;
    if (operational === 'stopped') {
      states.log(server, 'notice', `${named(server)} was DOWN and now enters maintenance${cause}${from}`);
      return;
    }
    server.changedAt = now;
    server.operational = 'stopped';
    states.tell(server);
    if (server.settings.onMarkedDown === 'shutdown-sessions') this.#listener.endStreams(server, 'D', now);
    this.#listener.closeIdle(server);
    const moved = backend.queues?.redistribute(server, now) ?? 0;
    const text = `${named(server)} is going DOWN for maintenance${cause}${from}${whatIsLeft(server, moved)}`;
    states.log(server, wasStopping ? 'notice' : 'alert', text);
    states.backendMayBeDown(backend, hadSome, now);
    server.counters.transitionsDown++;
  }

  /** Up at once, unless who is tracked is not; a check tells soon. */
  #leaveMaintenance(server: ServerRuntime, mode: Mode, now: number): void {
    const states = this.#states;
    const { backend, settings } = server;
    const hadSome = hasUsable(backend);
    server.health = settings.check?.rise ?? 1;
    const tracked = states.trackedBy(server)?.operational;
    if (tracked === 'stopping') server.operational = 'stopping';
    else if (tracked !== 'stopped') {
      server.changedAt = now;
      server.operational = settings.slowStartMs > 0 ? 'starting' : 'running';
    }
    const state = `${server.operational === 'stopped' ? 'DOWN' : 'UP'}/${server.draining ? 'DRAIN' : 'READY'}`;
    const what = mode === 'maintenance' ? 'forced maintenance' : 'maintenance';
    states.log(server, 'notice', `${named(server)} is ${state} (leaving ${what})`);
    states.weigh(server, now);
    states.tell(server);
    if (!hadSome && hasUsable(backend)) backend.changedAt = now;
    states.welcome(server, now);
    this.remindOfDrain(server);
  }

  #enterDrain(server: ServerRuntime, mode: Mode, now: number, cause: string): void {
    const states = this.#states;
    const { backend } = server;
    const hadSome = hasUsable(backend);
    server.administrative[mode] = true;
    server.changedAt = now;
    states.tell(server);
    const moved = backend.queues?.redistribute(server, now) ?? 0;
    const from = mode === 'drain' ? '' : because(server, undefined);
    states.log(server, 'notice', `${named(server)} enters drain state${cause}${from}${whatIsLeft(server, moved)}`);
    states.backendMayBeDown(backend, hadSome, now);
  }

  #leaveDrain(server: ServerRuntime, mode: Mode, now: number): void {
    const states = this.#states;
    const { backend } = server;
    server.administrative[mode] = true;
    states.backendMayBeUp(backend, now);
    server.administrative[mode] = false;
    server.downMs += Math.max(0, now - server.changedAt);
    server.changedAt = now;
    states.weigh(server, now);
    const state = server.operational === 'stopped' ? 'DOWN' : 'UP';
    states.log(server, 'notice', `${named(server)} is ${state} (leaving forced drain)`);
    states.tell(server);
  }

  /** One of two reasons is gone, and the other one keeps it where it is. */
  #logRemaining(server: ServerRuntime, mode: Mode): void {
    const states = this.#states;
    const text: Readonly<Record<Mode, string>> = {
      maintenance: `is leaving forced maintenance but remains in maintenance${via(server)}`,
      inheritedMaintenance: 'remains in forced maintenance',
      drain: `is leaving forced drain but remains in drain mode${via(server)}`,
      inheritedDrain: 'remains in forced drain mode',
    };
    if (isMaintenance(mode) || !server.inMaintenance) states.log(server, 'notice', `${named(server)} ${text[mode]}`);
  }
}

const isMaintenance = (mode: Mode): boolean => mode === 'maintenance' || mode === 'inheritedMaintenance';

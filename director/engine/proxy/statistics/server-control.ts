import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { ServerStates } from '../states/server-states.ts';

/** Whoever has the streams of servers. */
export interface StreamKiller {
  /** Ends all of a server's; `K` in the log. */
  endStreams(server: ServerRuntime, now: number): void;
}

export type Health = 'up' | 'stopping' | 'down';

/** What people do to servers, at the runtime socket and on the statistics page. `from`: who, for the log. */
export class ServerControl {
  readonly states: ServerStates;
  readonly #killer: StreamKiller;

  constructor(states: ServerStates, killer: StreamKiller) {
    this.states = states;
    this.#killer = killer;
  }

  setMode(server: ServerRuntime, mode: 'ready' | 'drain' | 'maint', now: number): void {
    const { administration } = this.states;
    if (mode === 'ready') administration.setReady(server, now);
    else if (mode === 'drain') {
      administration.setDrain(server, now);
      administration.clearMaintenance(server, now);
    } else {
      administration.setMaintenance(server, now);
      administration.clearDrain(server, now);
    }
  }

  /** As if its checks had found this; not for servers that track others. */
  forceHealth(server: ServerRuntime, health: Health, from: string, now: number): void {
    const { rise = 1, fall = 1 } = server.settings.check ?? {};
    if (health === 'up') {
      server.health = rise + fall - 1;
      this.states.setRunning(server, now, from);
    } else if (health === 'stopping') {
      server.health = rise;
      this.states.setStopping(server, now, from);
    } else {
      server.health = 0;
      this.states.setStopped(server, now, from);
    }
  }

  /** As if its agent had said so. */
  forceAgent(server: ServerRuntime, up: boolean, from: string, now: number): void {
    if (up) this.states.setRunning(server, now, from);
    else this.states.setStopped(server, now, from);
  }

  endStreams(server: ServerRuntime, now: number): void {
    this.#killer.endStreams(server, now);
  }
}

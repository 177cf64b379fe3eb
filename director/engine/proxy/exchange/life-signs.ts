import type { BackTimeouts } from '../backend.ts';
import type { Stream } from '../runtime/stream.ts';
import { OUTBOX_ENOUGH } from '../wire.ts';

export interface Owing {
  /** Nothing of the request is to come any more. */
  readonly requestDone: boolean;
  /** Octets that wait for the client. */
  readonly pending: number;
  readonly tunnels: boolean;
}

/** A backend's, or what rules have set in their place (`set-timeout`). */
export function timeoutsOf(stream: Stream): BackTimeouts {
  const timeouts = stream.backend?.back.timeouts ?? {};
  const { serverTimeoutMs, tunnelTimeoutMs } = stream;
  if (serverTimeoutMs === undefined && tunnelTimeoutMs === undefined) return timeouts;
  return {
    ...timeouts,
    ...(serverTimeoutMs === undefined ? {} : { serverMs: serverTimeoutMs }),
    ...(tunnelTimeoutMs === undefined ? {} : { tunnelMs: tunnelTimeoutMs }),
  };
}

/** When each side of an exchange last did something, and until when it has to do something again. */
export class LifeSigns {
  clientAt: number;
  serverAt: number;
  readonly #clientMs: number;
  readonly #timeouts: BackTimeouts;

  constructor(now: number, clientMs: number, timeouts: BackTimeouts) {
    this.clientAt = now;
    this.serverAt = now;
    this.#clientMs = clientMs;
    this.#timeouts = timeouts;
  }

  /** `timeout tunnel` replaces both others. */
  deadline({ requestDone, pending, tunnels }: Owing): number {
    const { serverMs = Infinity, tunnelMs } = this.#timeouts;
    if (tunnels && tunnelMs !== undefined) return Math.max(this.clientAt, this.serverAt) + tunnelMs;
    const clientLate = !requestDone || pending > 0 ? this.clientAt + this.#clientMs : Infinity;
    // A server whom the client holds up owes nothing.
    const serverLate = pending < OUTBOX_ENOUGH ? this.serverAt + serverMs : Infinity;
    return Math.min(clientLate, serverLate);
  }

  /** Whose time is up. */
  whoIsLate(now: number): 'client' | 'server' {
    return now - this.serverAt >= (this.#timeouts.serverMs ?? Infinity) ? 'server' : 'client';
  }
}

import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { BackParts, ExchangeHost } from './parts.ts';
import { mayReuse } from './reuse.ts';
import { ServerConnection, type ServerConnectionUser } from './server-connection.ts';
import type { StreamState } from './stream-state.ts';

/** The connection to a server that one exchange has, or none at the moment. */
export class ServerLink {
  connection: ServerConnection | undefined;
  readonly #user: StreamState & ServerConnectionUser;
  readonly #host: ExchangeHost;

  constructor(user: StreamState & ServerConnectionUser, host: ExchangeHost) {
    this.#user = user;
    this.#host = host;
  }

  /** True: one that was idle, which stands already; else one that is being opened. */
  open(server: ServerRuntime, { idle, runtime }: BackParts): boolean {
    const { first } = this.#user;
    const rested = idle.take(server, (one) => mayReuse(runtime.back.reuse, first, one));
    const counts = rested === undefined ? 'connects' : 'reuses';
    server.counters[counts]++;
    runtime.counters[counts]++;
    this.connection =
      rested ?? new ServerConnection(server, this.#host.connect(server, this.#user), idle, this.#host.limits);
    this.connection.user = this.#user;
    return rested !== undefined;
  }

  /** Nobody of this exchange uses it any more; another one may, if nothing is left of this one. */
  giveBack(reusable: boolean, idle: BackParts['idle'] | undefined, now: number): void {
    const connection = this.#leave();
    if (connection === undefined) return;
    const { inbox } = connection.wire;
    const clean = reusable && inbox.length === 0 && !inbox.ended && !this.#host.stopping;
    if (!clean || idle?.keep(connection, now) !== true) connection.wire.close();
  }

  drop(): void {
    this.#leave()?.wire.abort();
  }

  #leave(): ServerConnection | undefined {
    const { connection } = this;
    this.connection = undefined;
    if (connection !== undefined) connection.user = undefined;
    return connection;
  }
}

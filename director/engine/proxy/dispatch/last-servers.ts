import type { Capacity } from '../balance/capacity.ts';
import { isHashing } from '../balance/make-balancer.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Session } from '../runtime/session.ts';
import type { Stream } from '../runtime/stream.ts';

/** `option prefer-last-server`: the one that the connection's last request had, unless too many wait for it. */
export class LastServers {
  readonly #backend: BackendRuntime;
  readonly #capacity: Capacity;
  readonly #servers = new WeakMap<Session, ServerRuntime>();

  constructor(backend: BackendRuntime, capacity: Capacity) {
    this.#backend = backend;
    this.#capacity = capacity;
  }

  note({ session }: Stream, server: ServerRuntime): void {
    this.#servers.set(session, server);
  }

  preferred({ session, server: failed }: Stream): ServerRuntime | undefined {
    const { balance, maxKeepAliveQueue } = this.#backend.back;
    const server = this.#servers.get(session);
    if (server === undefined || server === failed || !server.usable || isHashing(balance)) return undefined;
    const fits = maxKeepAliveQueue === -1 || this.#capacity.hasRoom(server) || server.queued < maxKeepAliveQueue;
    return fits ? server : undefined;
  }
}

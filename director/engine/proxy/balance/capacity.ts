import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';

/** How many streams servers may have at this moment (`maxconn`, `minconn`, `fullconn`, `slowstart`). */
export class Capacity {
  readonly #backend: BackendRuntime;
  readonly #fullConnections: number;
  readonly #now: () => number;

  constructor(backend: BackendRuntime, fullConnections: number, now: () => number) {
    this.#backend = backend;
    this.#fullConnections = Math.max(1, fullConnections);
    this.#now = now;
  }

  /** 0 for a server without a limit. */
  limit(server: ServerRuntime): number {
    const { maxConnections, settings } = server;
    const limit = Math.max(maxConnections, settings.minConnections);
    const least = settings.minConnections === 0 ? limit : Math.min(settings.minConnections, limit);
    const { current } = this.#backend;
    const grown =
      current >= this.#fullConnections || least === limit
        ? limit
        : Math.max(least, Math.floor((current * limit) / this.#fullConnections));
    return server.operational === 'starting' ? this.#warm(server, grown) : grown;
  }

  /** Whether it may have one more at once. */
  hasRoom(server: ServerRuntime): boolean {
    if (server.maxConnections === 0 && server.settings.minConnections === 0) return true;
    return server.queued === 0 && server.current < this.limit(server);
  }

  isLimited({ maxConnections, settings }: ServerRuntime): boolean {
    return maxConnections !== 0 || settings.minConnections !== 0;
  }

  #warm({ changedAt, settings }: ServerRuntime, limit: number): number {
    const seconds = Math.ceil(settings.slowStartMs / 1000);
    const passed = Math.floor(this.#now() / 1000) - Math.floor(changedAt / 1000);
    if (passed < 0 || passed >= seconds) return limit;
    return Math.max(1, Math.floor((limit * Math.floor((100 * passed) / seconds)) / 100));
  }
}

import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Deadlines } from './deadlines.ts';
import { Sleeper } from './deadlines.ts';
import type { ServerConnection } from './server-connection.ts';

/** Connections to the servers of one backend that wait for another request (`http-reuse`, `pool-max-conn`, `pool-purge-delay`). */
export class IdleConnections {
  readonly #byServer = new Map<ServerRuntime, Resting[]>();
  readonly #deadlines: Deadlines;

  constructor(deadlines: Deadlines) {
    this.#deadlines = deadlines;
  }

  /** The last that came of those that are allowed: its server is the least likely to have closed it. */
  take(server: ServerRuntime, allows: (connection: ServerConnection) => boolean): ServerConnection | undefined {
    const connection = this.#byServer.get(server)?.findLast((resting) => allows(resting.connection))?.connection;
    if (connection !== undefined) this.forget(connection);
    return connection;
  }

  /** False when it may not be kept. */
  keep(connection: ServerConnection, now: number): boolean {
    const { server } = connection;
    const { pool } = server.settings;
    if (pool.maxConnections !== -1 && server.idle >= pool.maxConnections) return false;
    const resting = new Resting(connection, () => this.#close(connection));
    const kept = this.#byServer.get(server);
    if (kept === undefined) this.#byServer.set(server, [resting]);
    else kept.push(resting);
    server.idle++;
    connection.wire.rest();
    this.#deadlines.set(resting, now + pool.purgeDelayMs);
    return true;
  }

  /** Its server has closed it, or has said something that nobody asked for. */
  forget(connection: ServerConnection): void {
    const kept = this.#byServer.get(connection.server) ?? [];
    const index = kept.findIndex((resting) => resting.connection === connection);
    const [resting] = index === -1 ? [] : kept.splice(index, 1);
    if (resting === undefined) return;
    connection.server.idle--;
    this.#deadlines.cancel(resting);
  }

  closeAll(server: ServerRuntime): void {
    for (const { connection } of [...(this.#byServer.get(server) ?? [])]) this.#close(connection);
  }

  #close(connection: ServerConnection): void {
    this.forget(connection);
    connection.wire.close();
  }
}

class Resting extends Sleeper {
  readonly connection: ServerConnection;
  readonly wake: () => void;

  constructor(connection: ServerConnection, onTime: () => void) {
    super();
    this.connection = connection;
    this.wake = onTime;
  }
}

import { HeadEdits } from '../../http/head-edits.ts';
import type { HeadLimits } from '../../http/limits.ts';
import { ResponseHead } from '../../http/response-head.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Wire, WireFailure, WireUser } from '../wire.ts';
import { BodyPump } from './body-pump.ts';
import type { IdleConnections } from './idle-connections.ts';

/** Who uses a server's connection at present. */
export interface ServerConnectionUser {
  serverConnected(now: number): void;
  serverReceived(now: number): void;
  serverDrained(now: number): void;
  serverFailed(reason: WireFailure, now: number): void;
}

/** A connection to a server: of one exchange after another, idle in between. */
export class ServerConnection implements WireUser {
  readonly server: ServerRuntime;
  readonly wire: Wire;
  readonly head: ResponseHead;
  readonly edits = new HeadEdits();
  readonly pump: BodyPump;
  user: ServerConnectionUser | undefined;
  /** Requests that it has served. */
  served = 0;
  readonly #idle: IdleConnections;

  constructor(server: ServerRuntime, wire: Wire, idle: IdleConnections, limits: HeadLimits) {
    this.server = server;
    this.wire = wire;
    this.#idle = idle;
    this.head = new ResponseHead(limits);
    this.pump = new BodyPump(limits);
    wire.user = this;
  }

  connected(now: number): void {
    this.user?.serverConnected(now);
  }

  received(now: number): void {
    if (this.user !== undefined) this.user.serverReceived(now);
    else this.#leave();
  }

  drained(now: number): void {
    this.user?.serverDrained(now);
  }

  failed(reason: WireFailure, now: number): void {
    if (this.user !== undefined) this.user.serverFailed(reason, now);
    else this.#idle.forget(this);
  }

  moved(by: number): void {
    const { buffer } = this.wire.inbox;
    this.head.moved(buffer, by);
    this.pump.reader.moved(buffer, by);
  }

  /** Ended, or speaking unasked, while nobody uses it. */
  #leave(): void {
    this.#idle.forget(this);
    this.wire.close();
  }
}

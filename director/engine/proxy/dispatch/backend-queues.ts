import type { Capacity } from '../balance/capacity.ts';
import type { ServerGroup } from '../balance/server-group.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { Waiting } from '../runtime/collaborators.ts';
import type { ServerQueues } from '../runtime/server-queues.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Stream } from '../runtime/stream.ts';
import { WaitingLine } from './waiting-line.ts';

export interface QueueUser {
  /** The server has one stream more. */
  take(server: ServerRuntime, stream: Stream, now: number): void;
  /** Another server for one who does not wait any longer. */
  reassign(waiting: Waiting, now: number): void;
}

/** Those who wait for one certain server, and those who wait for any. */
export class BackendQueues implements ServerQueues {
  readonly #backend: BackendRuntime;
  readonly #group: ServerGroup;
  readonly #capacity: Capacity;
  readonly #user: QueueUser;
  readonly #anyServer = new WaitingLine();
  readonly #lines = new Map<ServerRuntime, WaitingLine>();

  constructor(backend: BackendRuntime, group: ServerGroup, capacity: Capacity, user: QueueUser) {
    this.#backend = backend;
    this.#group = group;
    this.#capacity = capacity;
    this.#user = user;
    for (const server of backend.servers) this.#lines.set(server, new WaitingLine());
  }

  /** Waits for this server, or for any. */
  join(waiting: Waiting, server: ServerRuntime | undefined, now: number): void {
    const holder = server ?? this.#backend;
    this.#lineOf(server).add(waiting, now);
    holder.queued++;
    holder.counters.queueMax = Math.max(holder.counters.queueMax, holder.queued);
    this.#backend.queuedInAll++;
  }

  /** False: it was in no queue. */
  leave(waiting: Waiting): boolean {
    const { server } = waiting.stream;
    return (server !== undefined && this.#remove(waiting, server)) || this.#remove(waiting, undefined);
  }

  dequeue(server: ServerRuntime, now: number): void {
    const line = this.#lineOf(server);
    if (line.length === 0 && this.#anyServer.length === 0) return;
    const takesAny = this.#group.includes(server);
    while (server.current < this.#capacity.limit(server)) {
      const isAny = takesAny && this.#anyServer.firstSince < line.firstSince;
      const from = isAny ? this.#anyServer : line;
      const waiting = from.first;
      if (waiting === undefined) return;
      this.#remove(waiting, isAny ? undefined : server);
      from.countServed();
      this.#user.take(server, waiting.stream, now);
      waiting.given(server, now);
    }
  }

  redistribute(server: ServerRuntime, now: number): number {
    const { redispatch, persistsWhenDown } = this.#backend.back;
    if (redispatch === undefined || persistsWhenDown) return 0;
    const moved = this.#lineOf(server)
      .all()
      .filter(({ stream }) => stream.placement?.persistence !== 'force');
    for (const waiting of moved) this.#remove(waiting, server);
    for (const waiting of moved) this.#user.reassign(waiting, now);
    return moved.length;
  }

  grab(server: ServerRuntime, now: number): number {
    if (!this.#group.includes(server)) return 0;
    let grabbed = 0;
    for (let first = this.#anyServer.first; first !== undefined; first = this.#anyServer.first) {
      if (this.#capacity.isLimited(server) && server.current >= this.#capacity.limit(server)) break;
      this.#remove(first, undefined);
      this.#user.take(server, first.stream, now);
      first.given(server, now);
      grabbed++;
    }
    return grabbed;
  }

  #lineOf(server: ServerRuntime | undefined): WaitingLine {
    if (server === undefined) return this.#anyServer;
    const line = this.#lines.get(server);
    if (line === undefined) throw new Error(`${server.settings.name} is not of ${this.#backend.settings.name}`);
    return line;
  }

  #remove(waiting: Waiting, server: ServerRuntime | undefined): boolean {
    const place = this.#lineOf(server).remove(waiting);
    if (place === undefined) return false;
    const { stream } = waiting;
    if (server === undefined) stream.backendQueue += place;
    else stream.serverQueue += place;
    (server ?? this.#backend).queued--;
    this.#backend.queuedInAll--;
    return true;
  }
}

import type { Assignment, Waiting } from '../runtime/collaborators.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { BackParts } from './parts.ts';
import type { StreamState } from './stream-state.ts';

/** Before another attempt at the same server, unless connecting may last less. */
const RETRY_PAUSE_MS = 1000;

export interface SeekerUser {
  readonly stream: StreamState;
  /** True: the connection stands already; else `connected` or `failed` of the seeker are called later. */
  open(server: ServerRuntime, now: number): boolean;
  /** Gives up the connection that is being opened. */
  cancelOpening(): void;
  /** When to call `late`; Infinity: never. */
  setAlarm(at: number): void;
  found(now: number): void;
  /** Letters of the log: who is to blame, and in what phase. */
  notFound(cause: string, phase: string, now: number): void;
}

/**
 * From a backend to a connection with one of its servers.
 *
 *   queued ─► opening ─► found
 *     ▲         │  ▲
 *     └─────────┤  │        another server
 *               └► pausing  the same one again
 */
export class ServerSeeker implements Waiting {
  readonly stream: StreamState;
  readonly #user: SeekerUser;
  readonly #back: BackParts;
  #phase: 'queued' | 'opening' | 'pausing' | 'over' = 'queued';
  #startedAt = 0;
  #openingAt = 0;
  /** The server is taken for this stream. */
  #holds = false;

  constructor(user: SeekerUser, back: BackParts) {
    this.stream = user.stream;
    this.#user = user;
    this.#back = back;
  }

  start(now: number): void {
    this.#startedAt = now;
    this.#follow(this.#back.dispatcher.assign(this, now), now);
  }

  given(server: ServerRuntime, now: number): void {
    this.#open(server, now);
  }

  refused(now: number): void {
    this.#end('S', 'C', now);
  }

  connected(now: number): void {
    if (this.#phase !== 'opening') return;
    this.#phase = 'over';
    this.stream.times.connect = now - this.#openingAt;
    this.#user.found(now);
  }

  failed(now: number): void {
    if (this.#phase === 'opening') this.#retry('S', now);
  }

  late(now: number): void {
    if (this.#phase === 'queued') {
      this.#back.dispatcher.leave(this, now, true);
      this.#end('s', 'Q', now);
    } else if (this.#phase === 'pausing') this.#goOn(now);
    else if (this.#phase === 'opening') {
      this.#user.cancelOpening();
      this.#retry('s', now);
    }
  }

  /** As the log spells where it is. */
  get letter(): 'Q' | 'C' {
    return this.#phase === 'queued' ? 'Q' : 'C';
  }

  /** The stream is over, or does not want to get there any more. */
  end(now: number): void {
    const { server } = this.stream;
    if (this.#phase === 'queued') this.#back.dispatcher.leave(this, now);
    else if (this.#phase === 'opening') this.#user.cancelOpening();
    this.#phase = 'over';
    if (this.#holds && server !== undefined) this.#back.dispatcher.release(server, now);
    this.#holds = false;
  }

  #follow(assignment: Assignment, now: number): void {
    if (assignment.kind === 'given') this.#open(assignment.server, now);
    else if (assignment.kind === 'none') this.#end('S', 'C', now);
    else if (assignment.kind === 'full') this.#end('S', 'Q', now);
    else if (assignment.kind === 'later') this.#pause();
    else {
      this.#phase = 'queued';
      const { queueMs, connectMs = Infinity } = this.#back.runtime.back.timeouts;
      this.#user.setAlarm(now + (queueMs ?? connectMs));
    }
  }

  #open(server: ServerRuntime, now: number): void {
    const { stream } = this;
    if (this.#phase === 'queued') stream.times.queue = now - this.#startedAt;
    stream.server = server;
    this.#holds = true;
    this.#phase = 'opening';
    this.#openingAt = now;
    this.#user.setAlarm(now + (this.#back.runtime.back.timeouts.connectMs ?? Infinity));
    if (this.#user.open(server, now)) this.connected(now);
  }

  #retry(cause: string, now: number): void {
    const { server } = this.stream;
    this.#holds = false;
    const assignment = this.#back.dispatcher.retry(this, now);
    if (assignment.kind === 'none') this.#end(cause, 'C', now);
    else if (assignment.kind === 'given' && assignment.server === server) {
      this.#holds = true;
      this.#pause();
    } else this.#follow(assignment, now);
  }

  #pause(): void {
    this.#phase = 'pausing';
    const { connectMs = Infinity } = this.#back.runtime.back.timeouts;
    this.#user.setAlarm(this.#openingAt + Math.min(RETRY_PAUSE_MS, connectMs));
  }

  /** Once more with the server that is still taken for it, or with another. */
  #goOn(now: number): void {
    const { server } = this.stream;
    if (this.#holds && server !== undefined) this.#open(server, now);
    else this.#follow(this.#back.dispatcher.resume(this, now), now);
  }

  #end(cause: string, phase: string, now: number): void {
    this.#phase = 'over';
    this.#user.notFound(cause, phase, now);
  }
}

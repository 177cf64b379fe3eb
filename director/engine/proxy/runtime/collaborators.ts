import type { Verdict } from './verdict.ts';
import type { RetryReason } from '../backend.ts';
import type { BackendRuntime } from './backend-runtime.ts';
import type { FrontendRuntime } from './frontend-runtime.ts';
import type { ServerRuntime } from './server-runtime.ts';
import type { Session } from './session.ts';
import type { Stream } from './stream.ts';

/** One list of rules made ready. `from`: the rule to go on with after a `wait`; answers `pass` behind the last one. */
export interface RuleList<Subject> {
  readonly empty: boolean;
  run(subject: Subject, from: number, now: number): Verdict;
}

/** A proxy's rules made ready; each list of a frontend, then of its backend. */
export interface RuleLists {
  readonly tcpConnection: RuleList<Session>;
  readonly tcpSession: RuleList<Session>;
  readonly tcpContent: RuleList<Stream>;
  readonly tcpResponse: RuleList<Stream>;
  /** `http-request`, then `redirect`. */
  readonly request: RuleList<Stream>;
  readonly response: RuleList<Stream>;
  /** Also for our own answers. */
  readonly afterResponse: RuleList<Stream>;
  /** `use_backend`, `default_backend`: a backend's name; undefined: none. Of frontends. */
  chooseBackend(stream: Stream): string | undefined;
  /** `use-server`: the first one whose server is accepted. Of backends. */
  chooseServer(stream: Stream, accepts: (server: string) => boolean): string | undefined;
  /** `force-persist`, `ignore-persist`. */
  persistence(stream: Stream): 'force' | 'ignore' | 'normal';
  /** `monitor fail`. */
  monitorFails(stream: Stream): boolean;
}

/** Somebody who needs a server of a backend. */
export interface Waiting {
  readonly stream: Stream;
  /** Its turn has come: the server is taken for it (`release` gives it back). */
  given(server: ServerRuntime, now: number): void;
  /** The queue is no more: there is no server at all any longer. */
  refused(now: number): void;
}

export type Assignment =
  /** The server is taken for it. */
  | { readonly kind: 'given'; readonly server: ServerRuntime }
  /** `given` or `refused` comes later, unless it leaves. */
  | { readonly kind: 'queued' }
  /** No server is usable. */
  | { readonly kind: 'none' }
  /** The server that it is bound to has as many waiting as it may have. */
  | { readonly kind: 'full' }
  /** After a pause `resume` chooses another one. */
  | { readonly kind: 'later' };

/** Who gets which server of a backend, and who waits: persistence, stick tables, balancing, `maxconn` and `maxqueue`. */
export interface Dispatcher {
  assign(waiting: Waiting, now: number): Assignment;
  /**
   * After a connection attempt (or what `reason` says) failed: with the same server, or another (`retries`, `redispatch`);
   * counts both. `none`: no more.
   */
  retry(waiting: Waiting, now: number, reason?: RetryReason): Assignment;
  /** After `later`. */
  resume(waiting: Waiting, now: number): Assignment;
  /** It does not want to wait any longer; `late`: for its time is up. */
  leave(waiting: Waiting, now: number, late?: boolean): void;
  /** The stream has done with its server; whoever waits for it may get it. */
  release(server: ServerRuntime, now: number): void;
}

/** The persistence cookie, in both directions (`cookie`, `appsession`'s heirs, `dynamic-cookie-key`). */
export interface CookiePersistence {
  /**
   * Reads the client's, takes it out where `indirect` says so, and notes in `stream.termination` what it was. Whether it is
   * looked at depends upon `stream.placement`.
   */
  readRequest(stream: Stream, now: number): ServerRuntime | undefined;
  /** Sets, rewrites, prefixes or removes the answer's; false: `checkcache` blocks the answer. */
  writeResponse(stream: Stream, now: number): boolean;
}

/** `stick on`, `stick match`, `stick store-…`. */
export interface Sticking {
  /** The server of the first entry that matches; notes in `stream.placement` what is to be stored. */
  match(stream: Stream, now: number): ServerRuntime | undefined;
  /** Stores the server, once it has answered (in mode tcp: once the connection to it stands). */
  storeResponse(stream: Stream, now: number): void;
}

/** The statistics page, and whatever else is answered by a proxy itself. */
export interface OwnPage {
  /** undefined: not for this page. `wait`: for more of the request's body; it is asked again then. */
  answer(stream: Stream, now: number): Verdict | undefined;
}

export interface SessionLogger {
  /** A stream has ended (or has its answer's head, with `logasap`). */
  stream(stream: Stream, frontend: FrontendRuntime, backend: BackendRuntime | undefined, now: number): void;
  /** A connection that ended before there was a stream. */
  connection(session: Session, what: string, now: number): void;
}

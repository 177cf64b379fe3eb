import type { HeadLimits } from '../../http/limits.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type {
  CookiePersistence,
  Dispatcher,
  OwnPage,
  RuleLists,
  SessionLogger,
  Sticking,
} from '../runtime/collaborators.ts';
import type { FrontendRuntime } from '../runtime/frontend-runtime.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Stream } from '../runtime/stream.ts';
import type { ClosingReply } from '../runtime/verdict.ts';
import type { Wire } from '../wire.ts';
import type { Deadlines } from './deadlines.ts';
import type { ForwardedFields } from './forwarded-for.ts';
import type { IdleConnections } from './idle-connections.ts';

/** Answers of a proxy's own for statuses that it has to give: `errorfile` and its kin, or what is built in. */
export interface ErrorReplies {
  /** With a stream also its frontend's are looked at, and answers that are put together from it are possible. */
  reply(status: number, stream?: Stream): ClosingReply;
}

/** What both sides of a proxy have. */
interface ProxyParts {
  readonly rules: RuleLists;
  readonly page: OwnPage | undefined;
  readonly errors: ErrorReplies;
}

export interface FrontParts extends ProxyParts {
  readonly runtime: FrontendRuntime;
  readonly logger: SessionLogger;
}

export interface BackParts extends ProxyParts {
  readonly runtime: BackendRuntime;
  readonly dispatcher: Dispatcher;
  readonly cookies: CookiePersistence | undefined;
  readonly sticking: Sticking | undefined;
  readonly idle: IdleConnections;
  readonly forwarded: ForwardedFields;
}

/** What exchanges need of the world: everything that happens goes through here. */
export interface ExchangeHost {
  readonly deadlines: Deadlines;
  readonly limits: HeadLimits;
  /** By name. */
  backend(name: string): BackParts | undefined;
  /** Whoever uses the wire is called `connected` or `failed`, later. */
  connect(server: ServerRuntime, stream: Stream): Wire;
  nextNumber(): number;
  /** No more requests: each connection ends with the exchange that is under way. */
  readonly stopping: boolean;
}

import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Stream } from '../runtime/stream.ts';

/** One way of choosing a server (`balance`). */
export interface Balancer {
  /** One server after another, so that any other will do for a stream whose first choice has failed. */
  readonly rotates: boolean;
  /** What waits in the backend's queue shows that all servers are full. */
  readonly fullWhenQueued: boolean;
  /** Undefined: all are full. `avoid`: another one, if there is any. */
  choose(stream: Stream, avoid: ServerRuntime | undefined): ServerRuntime | undefined;
  /** State or weight of a server are others now. */
  serverChanged(server: ServerRuntime): void;
  /** It has got a stream more or less. */
  loadChanged(server: ServerRuntime): void;
}

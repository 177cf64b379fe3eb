import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Stream } from '../runtime/stream.ts';

/** One way of choosing a server (`balance`). */
export interface Balancer {
  /** What waits in the backend's queue shows that all servers are full. */
  readonly fullWhenQueued: boolean;
  /** Undefined: all are full. `avoid`: another one, if there is any. */
  choose(stream: Stream, avoid: ServerRuntime | undefined): ServerRuntime | undefined;
  /** State or weight of a server are others now. */
  serverChanged(server: ServerRuntime): void;
  /** It has got a stream more or less. */
  loadChanged(server: ServerRuntime): void;
}

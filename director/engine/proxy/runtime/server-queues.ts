import type { ServerRuntime } from './server-runtime.ts';

/** Who waits for servers, when those change. */
export interface ServerQueues {
  /** It gets no new ones any more: those who wait for it look for another (`option redispatch`). How many. */
  redistribute(server: ServerRuntime, now: number): number;
  /** It may have some again: of those who wait for any server. How many. */
  grab(server: ServerRuntime, now: number): number;
  /** Its limit is another one. */
  dequeue(server: ServerRuntime, now: number): void;
}

import { Worker, isMainThread, workerData } from 'node:worker_threads';
import { threadSource } from './program.ts';

/**
 * The director is one file, and its threads run that same file: `main.ts` looks at `currentThread()` and calls the
 * role's entry. A role's module exports `runThread(data: unknown): void | Promise<void>`:
 * `vrrp` in io/vrrp/thread.ts, `packet` in io/plane/thread.ts.
 */
export type ThreadRole = 'vrrp' | 'packet';

interface ThreadStart {
  readonly role: ThreadRole;
  readonly data: unknown;
}

/** Starts a thread of this program. `data` is structured-cloned; pass SharedArrayBuffers and numbers, not functions. */
export function startThread(role: ThreadRole, data: unknown): Worker {
  const start: ThreadStart = { role, data };
  const { source, isText } = threadSource();
  return new Worker(source, { eval: isText, workerData: start, name: `director-${role}` });
}

/** What this thread was started for; undefined in the main thread. */
export function currentThread(): ThreadStart | undefined {
  return isMainThread ? undefined : (workerData as ThreadStart);
}

import type { DirectorConfiguration } from '../../config/configuration.ts';
import type { Log } from '../log.ts';

const POLL_MS = 25;
/** A master that is there answers a request within some 20 ms; the rest is for a machine under load. */
const SILENCE_LIMIT_MS = 400;
/** Nothing new for so long: all have come. The master sends them without a pause. */
const QUIET_MS = 100;
/** A million take three seconds. An election must not wait for ever. */
const LIMIT_MS = 5000;

/** Whether it may take addresses from a peer whose connections it can ask for. */
export function mayTakeConnectionsOver({ sync, sysctls }: DirectorConfiguration): boolean {
  return sync?.instance !== undefined && sysctls?.sync_prompt?.[0] !== 0;
}

/** A plane that can say how many connections other directors have told; undefined where nobody can be asked. */
export interface LearningPlane {
  learned(): Promise<number | undefined>;
}

/**
 * Waits until the connections of the director that is master now have come, or nobody has any. One that has just started and
 * takes its addresses back before that would reset them all. Resolves with how many there were.
 */
export async function awaitConnections(plane: LearningPlane, log: Log, isEnding: () => boolean): Promise<number> {
  const startedAt = performance.now();
  let known = 0;
  let changedAt = startedAt;
  for (;;) {
    const now = performance.now();
    const count = await plane.learned();
    if (count === undefined) return 0;
    if (count !== known) changedAt = now;
    known = count;
    const hasEnough = now - changedAt >= (known === 0 ? SILENCE_LIMIT_MS : QUIET_MS);
    if (hasEnough || now - startedAt >= LIMIT_MS || isEnding()) break;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  if (known > 0) log('info', `The master before us has told ${String(known)} connections`);
  return known;
}

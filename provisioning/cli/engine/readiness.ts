import { closeSync, writeSync } from 'node:fs';
import type { RelevoError } from '../../contract/error.ts';

/**
 * How an engine that was started on demand tells the command that waits for it how it went.
 * @param descriptor undefined: nobody waits
 */
export function reportReadiness(descriptor: number | undefined, outcome: 'ready' | RelevoError): void {
  if (descriptor === undefined) return;
  try {
    writeSync(descriptor, outcome === 'ready' ? outcome : JSON.stringify(outcome));
    closeSync(descriptor);
  } catch {
    // Whoever started us has left; the engine ends by itself if nobody else comes.
  }
}

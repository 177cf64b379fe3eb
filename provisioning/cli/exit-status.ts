import { constants } from 'node:os';
import type { EventPayload } from '../contract/index.ts';
import { RelevoError } from '../contract/error.ts';

/** What a shell would report: the command's own status, or 128 + n when signal n ended it. Throws when neither is known. */
export function shellStatus(exit: EventPayload<'session-exit'>, node: string): number {
  if (exit.exitCode !== undefined) return exit.exitCode;
  if (exit.signal !== undefined) return 128 + signalNumber(exit.signal);
  throw new RelevoError('NODE_NOT_RUNNING', exit.reason ?? `The command on ${node} ended without a word.`, {
    node,
    hint: `See "relevo status"; "relevo start ${node}" starts the node again.`,
  });
}

/** SSH names signals without SIG (RFC 4254 section 6.10); an unknown name counts as 0. */
function signalNumber(name: string): number {
  const full = name.startsWith('SIG') ? name : `SIG${name}`;
  const numbers: Partial<Record<string, number>> = constants.signals;
  return numbers[full] ?? 0;
}

import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where Relevo keeps what outlives one process. `RELEVO_STATE` moves all of it, so that tests and second instances live apart.
 *
 * - `engine.json`: port, token and pid of the running engine, readable by its user only.
 * - `labs/NAME/`: a lab's saved testbed, journal, keys, reports, the nodes' own files.
 * - `base/KEY/`: base layers.
 */
export function stateDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment['RELEVO_STATE'];
  if (chosen !== undefined && chosen !== '') return chosen;
  return process.getuid?.() === 0 ? '/var/lib/relevo' : join(homedir(), '.local', 'state', 'relevo');
}

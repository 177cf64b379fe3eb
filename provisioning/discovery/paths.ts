import { homedir } from 'node:os';
import { join } from 'node:path';

const isRoot = (): boolean => process.getuid?.() === 0;

function chosen(variable: string, environment: NodeJS.ProcessEnv): string | undefined {
  const value = environment[variable];
  return value === undefined || value === '' ? undefined : value;
}

/**
 * Where Relevo keeps what outlives one process. `RELEVO_STATE` moves all of it, so that tests and second instances live apart.
 *
 * - `engine.json`: port, token and pid of the running engine, readable by its user only.
 * - `labs/NAME/`: a lab's saved testbed, journal, keys and the nodes' own files; gone with the lab.
 * - `reports/NAME/`: drill reports; they stay.
 */
export function stateDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return (
    chosen('RELEVO_STATE', environment) ?? (isRoot() ? '/var/lib/relevo' : join(homedir(), '.local', 'state', 'relevo'))
  );
}

/** Where base layers are kept: they can be made again at any time. `RELEVO_CACHE` moves it. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return chosen('RELEVO_CACHE', environment) ?? (isRoot() ? '/var/cache/relevo' : join(homedir(), '.cache', 'relevo'));
}

/**
 * Where the testbeds are kept that somebody imported: data of the user's, which no other part of Relevo writes. Below
 * `RELEVO_STATE` when that is set, so that tests and second instances live apart.
 *
 * - `ID/testbed.yaml` and the files that it names; `ID/origin.json` says where it comes from.
 */
export function ownTestbedsDirectory(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const state = chosen('RELEVO_STATE', environment);
  if (state !== undefined) return join(state, 'testbeds');
  if (platform === 'win32') {
    return join(chosen('APPDATA', environment) ?? join(homedir(), 'AppData', 'Roaming'), 'relevo', 'testbeds');
  }
  if (isRoot()) return '/var/lib/relevo/testbeds';
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'relevo', 'testbeds');
  return join(chosen('XDG_DATA_HOME', environment) ?? join(homedir(), '.local', 'share'), 'relevo', 'testbeds');
}

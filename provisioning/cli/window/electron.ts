import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** Electron's package fetches its program when it is first wanted. Without a network that must not hold up the window. */
const FETCH_TIMEOUT_MS = 60_000;

export interface ElectronProgram {
  readonly program: string;
  /** Our shell, built. */
  readonly main: string;
}

/** Electron, where its program is there or can be fetched. Never rejects: there is Chromium too. */
export async function findElectron(
  dist: string,
  say: (sentence: string) => void,
): Promise<ElectronProgram | undefined> {
  const main = join(dist, 'electron', 'main.cjs');
  const folder = packageFolder();
  if (folder === undefined || !existsSync(main)) return undefined;
  const program = installed(folder) ?? (await fetchProgram(folder, say));
  return program === undefined ? undefined : { program, main };
}

/** A development dependency: absent from a production installation. */
function packageFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return undefined;
  }
}

function installed(folder: string): string | undefined {
  try {
    const program = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'));
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

async function fetchProgram(folder: string, say: (sentence: string) => void): Promise<string | undefined> {
  say(`Fetching Electron, once (at most ${FETCH_TIMEOUT_MS / 1000} s; Chromium serves otherwise).`);
  try {
    await promisify(execFile)(process.execPath, [join(folder, 'install.js')], { timeout: FETCH_TIMEOUT_MS });
    return installed(folder);
  } catch {
    say('Electron cannot be fetched here.');
    return undefined;
  }
}

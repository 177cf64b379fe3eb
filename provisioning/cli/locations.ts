import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory, stateDirectory } from '../discovery/index.ts';

/** The files that the program is made of. */
export interface Locations {
  /** dist/: bundles, the window's page, what goes onto nodes. */
  readonly dist: string;
  /** What `node` runs to get another `relevo`. */
  readonly program: string;
  readonly state: string;
  readonly cache: string;
}

/** @param moduleUrl of any module of the built program, or of the source tree */
export function findLocations(moduleUrl: string): Locations {
  const dist = findDist(dirname(fileURLToPath(moduleUrl)));
  return {
    dist,
    program: join(dist, 'relevo.mjs'),
    // Absolute, because the engine runs in another working directory.
    state: resolve(stateDirectory()),
    cache: resolve(cacheDirectory()),
  };
}

/** Bundled, we are in dist/ or dist/chunks/; as source, dist/ is beside one of the folders above. */
function findDist(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'relevo.mjs'))) return folder;
    if (existsSync(join(folder, 'package.json'))) return join(folder, 'dist');
    if (folder === dirname(folder)) return from;
  }
}

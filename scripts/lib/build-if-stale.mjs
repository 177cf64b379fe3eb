import { buildIsStale } from './build-stamp.mjs';
import { inRoot } from './root.mjs';
import { mustRun } from './run.mjs';
import { say } from './say.mjs';

/** In a process of its own: what it loads was perhaps installed only now. */
export async function buildIfStale() {
  if (!buildIsStale()) return;
  say('Building:');
  await mustRun(process.execPath, [inRoot('scripts', 'build.mjs')]);
}

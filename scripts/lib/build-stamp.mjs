import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './root.mjs';

const stamp = () => inRoot('dist', '.built');
const sources = ['testbeds', 'director', 'provisioning', 'electron', 'renderer', 'scripts', 'package-lock.json'];

export function markBuilt() {
  mkdirSync(inRoot('dist'), { recursive: true });
  writeFileSync(stamp(), `${new Date().toISOString()}\n`);
}

/** Whether dist/ is missing or older than any file that it is made from. */
export function buildIsStale() {
  if (!existsSync(stamp())) return true;
  const built = statSync(stamp()).mtimeMs;
  return sources.some((source) => existsSync(inRoot(source)) && newest(inRoot(source)) > built);
}

function newest(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  const inside = readdirSync(path).map((name) => newest(join(path, name)));
  // A folder's own time changes when a file in it is removed.
  return Math.max(status.mtimeMs, ...inside);
}

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Node looks for the application after this word in its own binary (Node.js manual, "Single executable applications"). */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Puts director.cjs and koffi.node into a copy of this Node binary: one file of about 100 MB that needs neither Node nor
 * packages. Returns false when the one that is there was made from the same parts.
 */
export async function buildExecutable({ script, native, executable }) {
  const key = keyOf(script, native);
  if (existsSync(executable) && readIfThere(`${executable}.key`) === key) return false;
  const work = mkdtempSync(join(dirname(executable), '.executable-'));
  try {
    const blob = makeBlob(work, { script, native });
    const made = join(work, 'director');
    copyFileSync(process.execPath, made);
    chmodSync(made, 0o755);
    const { inject } = await import('postject');
    await quietly(() => inject(made, 'NODE_SEA_BLOB', readFileSync(blob), { sentinelFuse: fuse }));
    renameSync(made, executable);
    writeFileSync(`${executable}.key`, key);
    return true;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function makeBlob(work, { script, native }) {
  const configuration = join(work, 'sea.json');
  const output = join(work, 'director.blob');
  const assets = { 'director.cjs': script, 'koffi.node': native };
  writeFileSync(configuration, JSON.stringify({ main: script, output, assets, disableExperimentalSEAWarning: true }));
  execFileSync(process.execPath, ['--experimental-sea-config', configuration], { stdio: 'pipe' });
  return output;
}

function keyOf(script, native) {
  const hash = createHash('sha256').update(`${process.version} ${process.arch}`);
  for (const file of [script, native]) hash.update(readFileSync(file));
  return hash.digest('hex');
}

const readIfThere = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

/** The injector warns of a section that every copy of Node has; nobody can act on it. */
async function quietly(work) {
  const { warn, log } = console;
  Object.assign(console, { warn: () => undefined, log: () => undefined });
  try {
    return await work();
  } finally {
    Object.assign(console, { warn, log });
  }
}

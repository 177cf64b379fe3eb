import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs `relevo` as a user does; resolves with its output and how long it took. Rejects when it fails. */
export async function relevo(state, args, environment = {}) {
  const begin = performance.now();
  const child = spawn(process.execPath, [join(root, 'bin', 'relevo.js'), ...args], {
    env: { ...process.env, ...environment, RELEVO_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const [status, output, errors] = await Promise.all([ended, buffer(child.stdout), buffer(child.stderr)]);
  if (status !== 0) throw new Error(`relevo ${args.join(' ')} ended with ${status}:\n${errors}`);
  return { output: output.toString(), milliseconds: performance.now() - begin };
}

/** Runs `work` with a state directory of its own, and takes down what is left in it whatever happens. */
export async function withState(work) {
  if (!existsSync(join(root, 'dist', 'relevo.mjs'))) throw new Error('Relevo is not built: npm run build');
  const state = await mkdtemp('/tmp/relevo-bench-');
  const interrupted = () => void cleanUp(state).finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  try {
    return await work(state);
  } finally {
    process.off('SIGINT', interrupted);
    await cleanUp(state);
  }
}

async function cleanUp(state) {
  const labs = await relevo(state, ['labs', '--json']).then(
    ({ output }) => JSON.parse(output),
    () => [],
  );
  for (const { lab } of labs) await relevo(state, ['down', '--lab', lab]).catch(() => undefined);
  await relevo(state, ['stop']).catch(() => undefined);
  await rm(state, { recursive: true, force: true });
}

/** Keeps raw figures, with the machine they come from, in bench/results/. */
export async function keep(name, figures) {
  const directory = join(root, 'bench', 'results');
  await mkdir(directory, { recursive: true });
  const at = new Date().toISOString();
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memory: totalmem(),
    kernel: release(),
    node: process.version,
  };
  const file = join(directory, `${name}-${at.replaceAll(':', '')}.json`);
  await writeFile(file, `${JSON.stringify({ bench: name, at, machine, ...figures }, null, 2)}\n`);
  console.log(`\nRaw figures: ${file}`);
}

/** `--runs 5` and the like. */
export function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

export const flag = (name) => process.argv.includes(`--${name}`);

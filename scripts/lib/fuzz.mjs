import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { inRoot, root } from './root.mjs';

/** A step that takes longer than this has hung. */
const HANG_SECONDS = 20;
/** More than any campaign needs: beyond it memory is not bounded. */
const MOST_MEGABYTES = 512;

/** Bundles the campaigns for worker threads; returns the bundle's path. */
export async function bundleCampaigns() {
  const { build } = await import('esbuild');
  const outfile = inRoot('.cache', 'fuzz', 'worker.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: [join('test', 'fuzz', 'worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'inline',
    logLevel: 'warning',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return outfile;
}

/** Runs one campaign in a thread of its own and tells how it went; a hang or an exhausted memory is a failure too. */
export function runCampaign(bundle, { name, seed, steps, seconds }) {
  const progress = new SharedArrayBuffer(4);
  const worker = new Worker(bundle, {
    workerData: { name, seed, steps, seconds, progress },
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
    execArgv: ['--enable-source-maps'],
  });
  const counter = new Int32Array(progress);
  const failed = (failure) => ({ name, seed, steps: counter[0], seconds: NaN, slowestMs: NaN, growth: NaN, failure });
  return new Promise((resolve) => {
    let seen = -1;
    let still = 0;
    const watch = setInterval(() => {
      still = counter[0] === seen ? still + 1 : 0;
      seen = counter[0];
      if (still >= HANG_SECONDS) end(failed(`Step ${seen} has hung`));
    }, 1000);
    const end = (result) => {
      clearInterval(watch);
      void worker.terminate();
      resolve(result);
    };
    worker.once('message', end);
    worker.once('error', (error) => end(failed(String(error.stack ?? error))));
    worker.once('exit', (status) => end(failed(`The thread ended with ${status}`)));
  });
}

/** Whether a campaign of so many steps found nothing. `isShort`: it was meant to end with its time, however far it is by then. */
export function succeeded(result, { steps, isShort }) {
  return result.failure === undefined && (isShort || result.steps >= steps);
}

/** One line about how it went. */
export function describeCampaign(result, wanted) {
  const { name, seed, steps, seconds, slowestMs, growth, failure } = result;
  if (failure !== undefined) return `${name}: FAILED at step ${steps}, seed ${seed}: ${failure}`;
  const share = steps < wanted.steps ? ` of ${wanted.steps} (time was up)` : '';
  const figures = `${seconds.toFixed(0)} s, slowest step ${slowestMs.toFixed(1)} ms, memory ${(growth / 1e6).toFixed(1)} MB more`;
  const verdict = succeeded(result, wanted) ? '' : 'NOT DONE: ';
  return `${name}: ${verdict}${steps}${share} steps, seed ${seed}, ${figures}`;
}

#!/usr/bin/env node
// How long `relevo up tfg` and `relevo down` take, as a user at the command line sees it.
//   --runs N   warm runs (7)     --cold   first a run without a base layer, which builds it
import { mkdtemp, rm } from 'node:fs/promises';
import { followSteps } from './follow-steps.mjs';
import { flag, keep, option, relevo, withState } from './relevo.mjs';
import { spread, table } from './statistics.mjs';

async function coldStart() {
  const cache = await mkdtemp('/tmp/relevo-bench-cache-');
  try {
    return await withState(async (state) => {
      const { milliseconds } = await relevo(state, ['up', 'tfg'], { RELEVO_CACHE: cache });
      return milliseconds;
    });
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}

async function warmStarts(runs) {
  return withState(async (state) => {
    // Builds the base layer where it is missing, and starts the engine: what every later start finds ready.
    await relevo(state, ['up', 'tfg']);
    const follower = await followSteps(state);
    await relevo(state, ['down']);
    const results = [];
    for (let run = 0; run < runs; run++) {
      follower.take();
      const { milliseconds: up } = await relevo(state, ['up', 'tfg']);
      const steps = follower
        .take()
        .filter(({ startedAt, endedAt }) => startedAt !== undefined && endedAt !== undefined);
      const { milliseconds: down } = await relevo(state, ['down']);
      console.log(`run ${run + 1}: up ${up.toFixed(0)} ms, down ${down.toFixed(0)} ms`);
      results.push({ up, down, steps });
    }
    follower.close();
    return results;
  });
}

/** Steps of one kind run side by side: a phase lasts from its first begin to its last end. */
function phases(results) {
  const kinds = [...new Set(results.flatMap(({ steps }) => steps.map(({ step }) => step.split(':')[0])))];
  return kinds.map((kind) => [kind, results.map(({ steps }) => phaseLength(steps, kind))]);
}

function phaseLength(steps, kind) {
  const own = steps.filter(({ step }) => step.split(':')[0] === kind);
  return Math.max(...own.map(({ endedAt }) => endedAt)) - Math.min(...own.map(({ startedAt }) => startedAt));
}

const cold = flag('cold') ? await coldStart() : undefined;
const results = await warmStarts(option('runs', 7));
const rows = [
  ['ms', 'median', 'min', 'max'],
  ['up, warm', ...spread(results.map(({ up }) => up))],
  ...phases(results).map(([kind, lengths]) => [`  ${kind}`, ...spread(lengths)]),
  ['down', ...spread(results.map(({ down }) => down))],
  ...(cold === undefined ? [] : [['up, first ever', ...spread([cold])]]),
];
console.log(`\n${table(rows)}`);
await keep('lab-start', { cold, results });

#!/usr/bin/env node
// `npm run fuzz`: seeded attacks on the parts that read what others send. The same seed gives the same attack.
//   --only NAME   --seed N   --steps N   --seconds N (600, of each)
import { parseArgs } from 'node:util';
import { bundleCampaigns, runCampaign } from './lib/fuzz.mjs';

const full = { packets: 10_000_000, adverts: 1_000_000, 'sync-messages': 1_000_000, configurations: 100_000 };
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string' },
    steps: { type: 'string' },
    seconds: { type: 'string', default: '600' },
  },
});
const names = values.only === undefined ? Object.keys(full) : [values.only];
const unknown = names.filter((name) => !(name in full));
if (unknown.length > 0) {
  console.error(`There is no campaign named ${unknown.join(', ')}. Campaigns: ${Object.keys(full).join(', ')}.`);
  process.exit(2);
}
const seed = Number(values.seed ?? Date.now() % 2 ** 32);
const bundle = await bundleCampaigns();
for (const name of names) {
  const steps = Number(values.steps ?? full[name]);
  const result = await runCampaign(bundle, { name, seed, steps, seconds: Number(values.seconds) });
  console.log(describe(result, steps));
  if (result.failure !== undefined) process.exitCode = 1;
}

function describe({ name, seed, steps, seconds, slowestMs, growth, failure }, wanted) {
  if (failure !== undefined) return `${name}: FAILED at step ${steps}, seed ${seed}: ${failure}`;
  const share = steps < wanted ? ` of ${wanted} (time was up)` : '';
  const figures = `${seconds.toFixed(0)} s, slowest step ${slowestMs.toFixed(1)} ms, memory ${(growth / 1e6).toFixed(1)} MB more`;
  return `${name}: ${steps}${share} steps, seed ${seed}, ${figures}`;
}

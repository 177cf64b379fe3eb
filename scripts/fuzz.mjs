#!/usr/bin/env node
// `npm run fuzz`: seeded attacks on the parts that read what others send. The same seed gives the same attack.
//   --only NAME   --seed N   --steps N   --minutes N (of each)
// Without --minutes every campaign takes all its steps, or fails after ten minutes; with it, time that is up is no failure.
import { parseArgs } from 'node:util';
import { bundleCampaigns, describeCampaign, runCampaign, succeeded } from './lib/fuzz.mjs';

const MOST_MINUTES = 10;

const full = { packets: 10_000_000, adverts: 1_000_000, 'sync-messages': 1_000_000, configurations: 100_000 };
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string' },
    steps: { type: 'string' },
    minutes: { type: 'string' },
  },
});
const names = values.only === undefined ? Object.keys(full) : [values.only];
const unknown = names.filter((name) => !(name in full));
if (unknown.length > 0) {
  console.error(`There is no campaign named ${unknown.join(', ')}. Campaigns: ${Object.keys(full).join(', ')}.`);
  process.exit(2);
}
const seed = Number(values.seed ?? Date.now() % 2 ** 32);
const isShort = values.minutes !== undefined;
const seconds = Number(values.minutes ?? MOST_MINUTES) * 60;
if (!(seconds > 0)) {
  console.error(`--minutes ${values.minutes}: expected a number above 0.`);
  process.exit(2);
}
const bundle = await bundleCampaigns();
for (const name of names) {
  const steps = Number(values.steps ?? full[name]);
  const result = await runCampaign(bundle, { name, seed, steps, seconds });
  console.log(describeCampaign(result, { steps, isShort }));
  if (!succeeded(result, { steps, isShort })) process.exitCode = 1;
}

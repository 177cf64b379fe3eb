import { beforeAll, expect, test } from 'vitest';
import { bundleCampaigns, runCampaign } from '../../scripts/lib/fuzz.mjs';
import { campaigns } from './campaigns/index.ts';

let bundle: string;
beforeAll(async () => {
  bundle = await bundleCampaigns();
});

// `npm run fuzz` takes the full number of steps and a new seed every time; these are the same in every run.
test.each(Object.entries(campaigns))('%s break nothing', { timeout: 120_000 }, async (name, { steps }) => {
  const result = await runCampaign(bundle, { name, seed: 20261121, steps: steps.short, seconds: 60 });
  expect(result.failure).toBeUndefined();
  expect(result.steps).toBe(steps.short);
  // What is kept does not grow with what comes in.
  expect(result.growth).toBeLessThan(100e6);
});

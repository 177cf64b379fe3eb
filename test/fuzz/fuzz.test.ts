import { beforeAll, expect, test } from 'vitest';
import { bundleCampaigns, describeCampaign, runCampaign, succeeded } from '../../scripts/lib/fuzz.mjs';
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

test('a campaign that its time cut short has failed, unless that was asked for', async () => {
  const steps = 1_000_000_000;
  const result = await runCampaign(bundle, { name: 'adverts', seed: 1, steps, seconds: 0.2 });
  expect(result.failure).toBeUndefined();
  expect(result.steps).toBeLessThan(steps);
  expect(succeeded(result, { steps, isShort: false })).toBe(false);
  expect(describeCampaign(result, { steps, isShort: false })).toMatch(
    /^adverts: NOT DONE: \d+ of 1000000000 \(time was up\)/,
  );
  expect(succeeded(result, { steps, isShort: true })).toBe(true);
  expect(succeeded(result, { steps: result.steps, isShort: false })).toBe(true);
  expect(succeeded({ ...result, failure: 'it broke' }, { steps: result.steps, isShort: true })).toBe(false);
});

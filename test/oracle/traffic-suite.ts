import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compare } from './cases/compare.ts';
import { generateScenario } from './cases/generate.ts';
import { recordInTime } from './cases/kernel.ts';
import type { Recorded } from './cases/record.ts';
import type { Scenario } from './cases/scenario.ts';
import type { Guest } from './guest/guest.ts';
import { reasonToSkip, startGuest } from './guest/start.ts';

const batchSize = 20;
/** Most of it waits for a slow machine. */
const recordMilliseconds = 300_000;
const seed = Number(process.env.ORACLE_SEED ?? 1);

/** Scenarios `first` to one below `end`, the same for the kernel and for our director. */
export function trafficSuite(first: number, end: number): void {
  describe.skipIf(reasonToSkip() !== undefined)(`tables and traffic (seed ${seed})`, () => {
    let guest: Guest;
    beforeAll(async () => {
      guest = await startGuest();
    });
    afterAll(() => guest.close());

    for (let begin = first; begin < end; begin += batchSize) {
      describe(`scenarios from ${begin}`, () => {
        const scenarios = Array.from({ length: Math.min(batchSize, end - begin) }, (_, index) =>
          generateScenario(begin + index, seed),
        );
        let recorded: Map<Scenario, Recorded[]>;
        beforeAll(async () => {
          recorded = await recordInTime(guest, scenarios);
        }, recordMilliseconds);
        for (const scenario of scenarios) {
          test(scenario.name, async () => {
            const events = recorded.get(scenario) ?? [];
            expect(events.some(({ type }) => type === 'packet')).toBe(true);
            expect(await compare(scenario, events)).toEqual([]);
          });
        }
      });
    }
  });
}

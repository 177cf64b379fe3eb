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

/** Scenarios that are played to the kernel together. */
export interface Batch {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
}

/** Scenarios, the same for the kernel and for our director. */
export function compareSuite(name: string, batches: readonly Batch[]): void {
  describe.skipIf(reasonToSkip() !== undefined)(name, () => {
    let guest: Guest;
    beforeAll(async () => {
      guest = await startGuest();
    });
    afterAll(() => guest.close());

    describe.each(batches)('$name', ({ scenarios }) => {
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
  });
}

/** Drawn scenarios, `first` to one below `end`. */
export function trafficSuite(first: number, end: number): void {
  const begins = Array.from({ length: Math.ceil((end - first) / batchSize) }, (_, index) => first + index * batchSize);
  const batches = begins.map((begin): Batch => {
    const numbers = Array.from({ length: Math.min(batchSize, end - begin) }, (_, index) => begin + index);
    return { name: `scenarios from ${begin}`, scenarios: numbers.map((number) => generateScenario(number, seed)) };
  });
  compareSuite(`tables and traffic (seed ${seed})`, batches);
}

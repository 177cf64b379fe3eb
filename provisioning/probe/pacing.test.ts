import { describe, expect, it } from 'vitest';
import { Pacing } from './pacing.ts';

/** Runs the pacing on a virtual clock that stops at each due time, as an exact timer would. */
function run(pacing: Pacing, until: number): { at: number; index: number; sequence: number }[] {
  const sent: { at: number; index: number; sequence: number }[] = [];
  while (pacing.nextAt < until) {
    const at = pacing.nextAt;
    for (const request of pacing.due(at)) sent.push({ at, ...request });
  }
  return sent;
}

describe('pacing', () => {
  it('asks each target at the rate, staggered within the period', () => {
    const sent = run(new Pacing(2, 20, 1000), 1100);
    expect(sent).toEqual([
      { at: 1000, index: 0, sequence: 0 },
      { at: 1025, index: 1, sequence: 0 },
      { at: 1050, index: 0, sequence: 1 },
      { at: 1075, index: 1, sequence: 1 },
    ]);
  });

  it('keeps the rate over a long time without drift', () => {
    const sent = run(new Pacing(1, 7, 0), 60_000);
    expect(sent.length).toBeGreaterThanOrEqual(419);
    expect(sent.length).toBeLessThanOrEqual(421);
  });

  it('stays on its grid when a timer fires late', () => {
    const pacing = new Pacing(1, 10, 0);
    pacing.due(0);
    expect(pacing.due(130)).toEqual([{ index: 0, sequence: 1 }]);
    expect(pacing.nextAt).toBe(200);
  });

  it('sends one request, not a burst, after the program was held up', () => {
    const pacing = new Pacing(1, 10, 0);
    pacing.due(0);
    expect(pacing.due(1234)).toEqual([{ index: 0, sequence: 1 }]);
    expect(pacing.due(1234)).toEqual([]);
    expect(pacing.nextAt).toBe(1300);
  });

  it('has nothing to send before the first request is due', () => {
    expect(new Pacing(1, 10, 500).due(499.9)).toEqual([]);
  });
});

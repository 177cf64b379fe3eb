import { describe, expect, it } from 'vitest';
import { longestWait, takeoverTheory } from './theory.ts';

describe('take-over theory', () => {
  it('gives keepalived’s measured 3.609 s for version 2, priority 100, 1 s', () => {
    expect(takeoverTheory(2, 100, 1000)).toEqual({
      version: 2,
      priority: 100,
      advertIntervalMs: 1000,
      skewMs: 609.375,
      masterDownMs: 3609.375,
    });
  });

  it('gives keepalived’s measured 361 ms for version 3, priority 100, 0.1 s', () => {
    expect(takeoverTheory(3, 100, 100).masterDownMs).toBeCloseTo(360.94, 2);
  });

  it('lets version 2 skew by seconds whatever the interval', () => {
    expect(takeoverTheory(2, 100, 2000).masterDownMs).toBeCloseTo(6609.375, 3);
  });

  it('waits longest for the slowest timers, and never less than ten seconds', () => {
    expect(longestWait(takeoverTheory(3, 254, 10))).toBeGreaterThan(10_000);
    expect(longestWait(takeoverTheory(2, 100, 1000))).toBeCloseTo(20_828, 0);
  });
});

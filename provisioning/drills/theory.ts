import type { DrillTheory } from '../contract/index.ts';

/**
 * What the standard predicts for a backup router: RFC 3768 section 6.1 (version 2), RFC 9568 section 6.1 (version 3).
 * Version 2 skews by whole seconds, version 3 by the advertisement interval, which is why only version 3 is quick below 1 s.
 *
 * @param priority of the router that takes over, 1–254
 * @param advertIntervalMs of the master
 */
export function takeoverTheory(version: 2 | 3, priority: number, advertIntervalMs: number): DrillTheory {
  const skewUnitMs = version === 2 ? 1000 : advertIntervalMs;
  const skewMs = ((256 - priority) / 256) * skewUnitMs;
  return { version, priority, advertIntervalMs, skewMs, masterDownMs: 3 * advertIntervalMs + skewMs };
}

/** How long a drill waits for a take-over or a take-back before it says that there was none, in ms. */
export function longestWait(theory: DrillTheory): number {
  return 3 * theory.masterDownMs + 10_000;
}

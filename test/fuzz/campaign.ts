/** A seeded attack on one part of the director. The same seed gives the same steps. */
export interface Campaign {
  /** How many steps `npm run fuzz` takes, and how many the tests do. */
  readonly steps: { readonly full: number; readonly short: number };
  /** `random` gives numbers from 0 up to 1. */
  begin(random: () => number): Attack;
}

export interface Attack {
  /** Throws when something is wrong. */
  step(): void;
  /** What the step before worked on, to find the fault with. */
  describe(): string;
  /** At the end, and every ten thousand steps: throws unless all that must hold still does. */
  verify(): void;
}

export interface CampaignResult {
  readonly name: string;
  readonly seed: number;
  readonly steps: number;
  readonly seconds: number;
  /** Longest single step, in milliseconds. */
  readonly slowestMs: number;
  /** Growth of heap and buffers from a tenth of the steps on, in bytes. */
  readonly growth: number;
  readonly failure?: string;
}

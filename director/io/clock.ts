import { realtimeMs } from './libc.ts';

/** CLOCK_MONOTONIC in milliseconds with fractions: the same in all threads of the machine. What engines get as `now`. */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Milliseconds since the Unix epoch with microseconds: what leaves the director. */
export function epochNow(): number {
  return realtimeMs();
}

/** The time of day of a moment on the monotonic clock. */
export function toEpoch(monotonic: number): number {
  return Math.round((epochNow() - (monotonicNow() - monotonic)) * 1000) / 1000;
}

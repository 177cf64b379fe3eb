/** Milliseconds since the Unix epoch with fractions, steady within this process: `Date.now()` has whole milliseconds only. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

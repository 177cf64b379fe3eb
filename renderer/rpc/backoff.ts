/** The first retry is quick, because an engine that restarts is back within a second. */
const firstDelayMs = 250;
/** Never longer than a person is willing to watch a banner. */
const longestDelayMs = 5000;

/** Milliseconds to wait before reconnection attempt number `attempt` (0 is the first): doubling, with a ceiling. */
export function reconnectDelayMs(attempt: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt, 10));
}

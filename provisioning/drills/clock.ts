/** Time as drills see it; tests pass a virtual one. */
export interface Clock {
  /** Milliseconds since the Unix epoch, with fractions. */
  now(): number;
  /** Calls back once after `delayMs`; returns the way to call it off. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

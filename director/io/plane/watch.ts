/** Packets that come closer together than this, in milliseconds, wake-up included, are worth watching for. */
const SHORT_GAP_MS = 0.08;
/** Where more come at once, many speak: the processors have better to do than to look, and nobody waits for one answer. */
const FEW = 2;
/** So long a thread looks for the next packet before it sleeps; in milliseconds. To sleep and be woken takes half of it. */
const WATCH_MS = 0.05;

/**
 * Whether to look at the rings once more, or to sleep in poll. Waking a thread costs its sender and the packet some 20 µs, which
 * the answer to a request that has just passed hardly takes longer to come than. One packet now and then is not waited for.
 */
export class Watch {
  private readonly isAllowed: boolean;
  private lastPacket = -Infinity;
  private isWorthIt = false;

  /** On a single processor the one who would send the next packet waits for this one to sleep. */
  constructor(processors: number) {
    this.isAllowed = processors > 1;
  }

  /** A look at the rings brought so many packets, and they were sent on at `done`; milliseconds, as all times. */
  found(seen: number, now: number, done: number): void {
    this.isWorthIt = seen <= FEW && now - this.lastPacket < SHORT_GAP_MS;
    this.lastPacket = done;
  }

  /** Nothing was there. True: look again at once. */
  goesOn(now: number): boolean {
    return this.isAllowed && this.isWorthIt && now - this.lastPacket < WATCH_MS;
  }
}

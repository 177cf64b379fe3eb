/** One target's place in the stream of requests. */
export interface PacedTarget {
  /** When its next request is due, in ms on the caller's clock. */
  nextAt: number;
  /** Number of the next request, counted over the requests really sent. */
  sequence: number;
}

export interface DueRequest {
  readonly index: number;
  readonly sequence: number;
}

/**
 * Open-loop pacing: a request is due at its time whether or not earlier ones were answered, because a client that waits for
 * answers stops asking during an outage and so hides it. Targets are staggered evenly within one period.
 *
 * Slots that passed while the program was held up are left out instead of being fired in one burst: a burst would measure
 * the machine's own hiccup.
 */
export class Pacing {
  readonly periodMs: number;
  readonly #targets: PacedTarget[];

  /** @param rate requests per second and target */
  constructor(targetCount: number, rate: number, startAt: number) {
    this.periodMs = 1000 / rate;
    this.#targets = Array.from({ length: targetCount }, (_, index) => ({
      nextAt: startAt + (index * this.periodMs) / targetCount,
      sequence: 0,
    }));
  }

  /** When the earliest request is due. */
  get nextAt(): number {
    return Math.min(...this.#targets.map((target) => target.nextAt));
  }

  /** The requests to send now, at most one per target. */
  due(now: number): DueRequest[] {
    const requests: DueRequest[] = [];
    for (const [index, target] of this.#targets.entries()) {
      if (target.nextAt > now) continue;
      requests.push({ index, sequence: target.sequence });
      target.sequence += 1;
      const passedSlots = Math.floor((now - target.nextAt) / this.periodMs) + 1;
      target.nextAt += passedSlots * this.periodMs;
    }
    return requests;
  }
}

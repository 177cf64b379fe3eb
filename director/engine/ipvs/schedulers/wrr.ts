import type { Reasoning, Scheduler, SchedulerContext } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { candidateByWeight } from './candidates.ts';
import { greatestCommonDivisor } from './gcd.ts';

/** Before the first server of the list. */
const HEAD = -1;

/**
 * ip_vs_wrr.c: walks the list again and again, each time only past servers of at least the current weight, which sinks by
 * the interval from the greatest weight to 1.
 */
export class WeightedRoundRobin implements Scheduler {
  readonly name = 'wrr';
  private readonly service: VirtualService;
  /** Place in the list of the last server, or HEAD; the list's every change sends it back there. */
  private last = HEAD;
  private current = 0;
  private greatest = 0;
  private interval = 1;

  constructor({ service }: SchedulerContext) {
    this.service = service;
    this.measure();
    this.current = this.greatest;
  }

  private measure(): void {
    const weights = this.service.destinations.map(({ weight }) => weight);
    this.interval = greatestCommonDivisor(weights) || 1;
    this.greatest = Math.max(0, ...weights) - (this.interval - 1);
  }

  private changed(): void {
    this.last = HEAD;
    this.measure();
    if (this.current > this.greatest || this.current === 0) this.current = this.greatest;
    else if (this.interval > 1) this.current = Math.floor(this.current / this.interval) * this.interval + 1;
  }

  added(): void {
    this.changed();
  }

  removed(): void {
    this.changed();
  }

  updated(): void {
    this.changed();
  }

  schedule(): Destination | undefined {
    if (this.greatest === 0) return undefined;
    const { destinations } = this.service;
    const start = this.last;
    let stop: number | undefined;
    let isLastPass = false;
    let hasRestarted = false;
    for (let place = start; ; place = HEAD) {
      for (place += 1; place < destinations.length; place++) {
        const one = destinations[place];
        if (one !== undefined && !one.overloaded && one.weight >= this.current) {
          this.last = place;
          return one;
        }
        if (place === stop) {
          this.last = place;
          return undefined;
        }
      }
      this.current -= this.interval;
      if (this.current <= 0) {
        this.current = this.greatest;
        if (isLastPass || start === HEAD) {
          this.last = HEAD;
          return undefined;
        }
        hasRestarted = true;
      }
      isLastPass = this.current <= this.interval;
      if (isLastPass && hasRestarted && start !== HEAD) stop = start;
    }
  }

  explain(): Reasoning {
    const { last, current, service } = this;
    const picked = this.schedule();
    this.last = last;
    this.current = current;
    return {
      picked,
      rule: `The next server of the list with a weight of at least ${current}, which sinks by ${this.interval} each round.`,
      candidates: service.destinations.map((one) => candidateByWeight(one, { neededWeight: current })),
    };
  }
}

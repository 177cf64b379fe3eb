import type { Scheduler, SchedulerContext, Reasoning } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { candidateByWeight } from './candidates.ts';

/** ip_vs_rr.c: remembers the server of the last connection and takes the next in the list; weight matters only when 0. */
export class RoundRobin implements Scheduler {
  readonly name = 'rr';
  private readonly service: VirtualService;
  /** undefined: the head of the list, before its first server. */
  private last: Destination | undefined;

  constructor({ service }: SchedulerContext) {
    this.service = service;
  }

  schedule(): Destination | undefined {
    const picked = this.next();
    if (picked !== undefined) this.last = picked;
    return picked;
  }

  private next(): Destination | undefined {
    const { destinations } = this.service;
    const start = this.last === undefined ? 0 : destinations.indexOf(this.last) + 1;
    for (let step = 0; step < destinations.length; step++) {
      const candidate = destinations[(start + step) % destinations.length];
      if (candidate?.eligible) return candidate;
    }
    return undefined;
  }

  explain(): Reasoning {
    const { destinations } = this.service;
    const start = this.last === undefined ? 0 : destinations.indexOf(this.last) + 1;
    const order = destinations.map((_, step) => destinations[(start + step) % destinations.length]);
    return {
      picked: this.next(),
      rule: 'The next server of the list after the one that got the last connection.',
      candidates: order.flatMap((one) => (one === undefined ? [] : candidateByWeight(one, {}))),
    };
  }

  removed(removed: Destination, previous: Destination | undefined): void {
    if (this.last === removed) this.last = previous;
  }
}

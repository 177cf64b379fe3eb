import type { Reasoning, Scheduler, SchedulerContext } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { candidateByLoad, expectedOverhead, leastLoaded } from './overhead.ts';

/** ip_vs_sed.c: the shortest expected delay, (active + 1) / weight; of equals the first in the list. */
export class ShortestExpectedDelay implements Scheduler {
  readonly name = 'sed';
  private readonly service: VirtualService;

  constructor({ service }: SchedulerContext) {
    this.service = service;
  }

  schedule(): Destination | undefined {
    return leastLoaded(this.service.destinations, expectedOverhead);
  }

  explain(): Reasoning {
    return {
      picked: this.schedule(),
      rule: 'The least (active + 1) / weight; of equals the first in the list.',
      candidates: this.service.destinations.map((one) => candidateByLoad(one, expectedOverhead)),
    };
  }
}

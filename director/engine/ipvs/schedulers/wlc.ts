import type { Reasoning, Scheduler, SchedulerContext } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { candidateByLoad, connectionOverhead, leastLoaded } from './overhead.ts';

/** ip_vs_wlc.c: the least overhead for its weight; of equals the first in the list. */
export class WeightedLeastConnection implements Scheduler {
  readonly name = 'wlc';
  private readonly service: VirtualService;

  constructor({ service }: SchedulerContext) {
    this.service = service;
  }

  schedule(): Destination | undefined {
    return leastLoaded(this.service.destinations, connectionOverhead);
  }

  explain(): Reasoning {
    return {
      picked: this.schedule(),
      rule: 'The least (256 · active + all connections) / weight; of equals the first in the list.',
      candidates: this.service.destinations.map((one) => candidateByLoad(one, connectionOverhead)),
    };
  }
}

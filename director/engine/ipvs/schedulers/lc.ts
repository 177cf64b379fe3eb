import type { Reasoning, Scheduler, SchedulerContext } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { candidateByLoad, connectionOverhead } from './overhead.ts';

/** ip_vs_lc.c: the least overhead, whatever the weights; of equals the first in the list. */
export class LeastConnection implements Scheduler {
  readonly name = 'lc';
  private readonly service: VirtualService;

  constructor({ service }: SchedulerContext) {
    this.service = service;
  }

  schedule(): Destination | undefined {
    let least: Destination | undefined;
    let leastOverhead = Infinity;
    for (const destination of this.service.destinations) {
      const overhead = connectionOverhead(destination);
      if (!destination.eligible || overhead >= leastOverhead) continue;
      least = destination;
      leastOverhead = overhead;
    }
    return least;
  }

  explain(): Reasoning {
    return {
      picked: this.schedule(),
      rule: 'The least overhead, 256 · active + all connections; of equals the first in the list. Weights do not count.',
      candidates: this.service.destinations.map((one) => candidateByLoad(one, connectionOverhead)),
    };
  }
}

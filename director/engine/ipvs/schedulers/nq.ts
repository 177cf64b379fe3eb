import type { Reasoning, Scheduler, SchedulerContext } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { candidateByLoad, expectedOverhead, leastLoaded } from './overhead.ts';

/** ip_vs_nq.c: never queue: the first idle server of the list; without one as sed. */
export class NeverQueue implements Scheduler {
  readonly name = 'nq';
  private readonly service: VirtualService;

  constructor({ service }: SchedulerContext) {
    this.service = service;
  }

  schedule(): Destination | undefined {
    const { destinations } = this.service;
    return destinations.find(isIdle) ?? leastLoaded(destinations, expectedOverhead);
  }

  explain(): Reasoning {
    const picked = this.schedule();
    const wasIdle = picked !== undefined && isIdle(picked);
    return {
      picked,
      rule: wasIdle
        ? 'The first server of the list without active connections.'
        : 'No server is idle: the least (active + 1) / weight; of equals the first in the list.',
      candidates: this.service.destinations.map((one) => candidateByLoad(one, expectedOverhead)),
    };
  }
}

function isIdle({ eligible, activeConnections }: Destination): boolean {
  return eligible && activeConnections === 0;
}

import type { Reasoning, Scheduler, SchedulerContext } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { candidateByWeight } from './candidates.ts';

/** ip_vs_ovf.c: overflow: the highest weight, until its active connections exceed the weight. */
export class WeightedOverflow implements Scheduler {
  readonly name = 'ovf';
  private readonly service: VirtualService;

  constructor({ service }: SchedulerContext) {
    this.service = service;
  }

  schedule(): Destination | undefined {
    let highest: Destination | undefined;
    for (const one of this.service.destinations)
      if (one.eligible && !isFull(one) && one.weight > (highest?.weight ?? 0)) highest = one;
    return highest;
  }

  explain(): Reasoning {
    return {
      picked: this.schedule(),
      rule: 'The highest weight with no more active connections than its weight; of equals the first in the list.',
      candidates: this.service.destinations.map((one) => {
        const { activeConnections } = one;
        const candidate = candidateByWeight(one, { activeConnections });
        if (!candidate.eligible || !isFull(one)) return candidate;
        return { ...candidate, eligible: false, why: 'more active connections than its weight' };
      }),
    };
  }
}

function isFull({ activeConnections, weight }: Destination): boolean {
  return activeConnections > weight;
}

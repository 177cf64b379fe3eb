import type { Reasoning, Scheduler, SchedulerContext } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { candidateByWeight } from './candidates.ts';

/** ip_vs_fo.c: fail-over: the highest weight gets everything; of equals the first in the list. */
export class WeightedFailOver implements Scheduler {
  readonly name = 'fo';
  private readonly service: VirtualService;

  constructor({ service }: SchedulerContext) {
    this.service = service;
  }

  schedule(): Destination | undefined {
    let highest: Destination | undefined;
    for (const one of this.service.destinations) if (one.eligible && one.weight > (highest?.weight ?? 0)) highest = one;
    return highest;
  }

  explain(): Reasoning {
    return {
      picked: this.schedule(),
      rule: 'The highest weight that is not at its threshold; of equals the first in the list.',
      candidates: this.service.destinations.map((one) => candidateByWeight(one, {})),
    };
  }
}

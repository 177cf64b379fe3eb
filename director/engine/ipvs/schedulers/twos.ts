import type { Reasoning, Scheduler, SchedulerContext } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { candidateByLoad, connectionOverhead } from './overhead.ts';

/** ip_vs_twos.c: two servers by weighted lot, and of them the one with less overhead for its weight. */
export class PowerOfTwoChoices implements Scheduler {
  readonly name = 'twos';
  private readonly service: VirtualService;
  private readonly random: () => number;

  constructor({ service, random }: SchedulerContext) {
    this.service = service;
    this.random = random;
  }

  schedule(): Destination | undefined {
    const total = this.totalWeight();
    if (total === 0) return undefined;
    // From 0 to the sum itself: so the kernel draws.
    const first = this.at(Math.floor(this.random() * (total + 1)));
    const second = this.at(Math.floor(this.random() * (total + 1)));
    if (first === undefined || second === undefined) return first ?? second;
    const isSecondBetter = second.weight * connectionOverhead(first) > first.weight * connectionOverhead(second);
    return isSecondBetter ? second : first;
  }

  private totalWeight(): number {
    let total = 0;
    for (const one of this.service.destinations) if (one.eligible) total += one.weight;
    return total;
  }

  /** The server on whose stretch of the line of weights the lot falls. */
  private at(lot: number): Destination | undefined {
    let left = lot;
    for (const one of this.service.destinations) {
      if (!one.eligible) continue;
      left -= one.weight;
      if (left <= 0) return one;
    }
    return undefined;
  }

  /** Without drawing lots: nobody knows which two will be compared. */
  explain(): Reasoning {
    const eligible = this.service.destinations.filter((one) => one.eligible);
    return {
      picked: eligible.length === 1 ? eligible[0] : undefined,
      isChance: eligible.length > 1,
      rule: 'Two servers are drawn by weight, the one with less overhead for its weight is taken: chance decides.',
      candidates: this.service.destinations.map((one) => candidateByLoad(one, connectionOverhead)),
    };
  }
}

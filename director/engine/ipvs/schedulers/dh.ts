import type { Flow } from '../flow.ts';
import type { Reasoning, Scheduler, SchedulerContext } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { candidateByWeight } from './candidates.ts';
import { foldDestination, hash32 } from './overhead.ts';

const BITS = 8;
const BUCKETS = 1 << BITS;

/** ip_vs_dh.c: the destination address tells the server; 256 buckets are dealt out in turn, whatever the weights. */
export class DestinationHashing implements Scheduler {
  readonly name = 'dh';
  private readonly service: VirtualService;

  constructor({ service }: SchedulerContext) {
    this.service = service;
  }

  schedule(flow: Flow): Destination | undefined {
    const { destinations } = this.service;
    const owner = destinations[hash32(foldDestination(flow), BITS) % destinations.length];
    return owner?.eligible ? owner : undefined;
  }

  explain(flow: Flow): Reasoning {
    const bucket = hash32(foldDestination(flow), BITS);
    const { destinations } = this.service;
    const count = destinations.length;
    return {
      picked: this.schedule(flow),
      rule: `The destination address falls into bucket ${bucket} of ${BUCKETS}; its server takes it or nobody does.`,
      candidates: destinations.map((one, place) => {
        const buckets = Math.floor((BUCKETS - 1 - place) / count) + 1;
        return candidateByWeight(one, { buckets, owns: bucket % count === place ? 1 : 0 });
      }),
    };
  }
}

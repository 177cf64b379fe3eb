import type { Flow } from '../flow.ts';
import type { Reasoning, Scheduler, SchedulerContext } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { candidateByWeight } from './candidates.ts';
import { foldClient, hash32 } from './overhead.ts';

const BITS = 8;
const BUCKETS = 1 << BITS;

/**
 * ip_vs_sh.c: the client's address (and port with `sh-port`) tells the server; 256 buckets are dealt out in turn, to each as
 * many as its weight. With `sh-fallback` another bucket is looked at when its server takes no connections.
 */
export class SourceHashing implements Scheduler {
  readonly name = 'sh';
  private readonly service: VirtualService;
  private readonly buckets: (Destination | undefined)[] = new Array<undefined>(BUCKETS).fill(undefined);

  constructor({ service }: SchedulerContext) {
    this.service = service;
    this.deal();
  }

  /** A server of weight 0 gets one bucket too: the kernel counts before it compares. */
  private deal(): void {
    const { destinations } = this.service;
    let place = 0;
    let dealt = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const owner = destinations[place];
      this.buckets[bucket] = owner;
      dealt += 1;
      if (owner === undefined || dealt < owner.weight) continue;
      place = (place + 1) % destinations.length;
      dealt = 0;
    }
  }

  added(): void {
    this.deal();
  }

  removed(): void {
    this.deal();
  }

  updated(): void {
    this.deal();
  }

  schedule(flow: Flow): Destination | undefined {
    const first = this.bucketOf(flow);
    const owner = this.buckets[first];
    if (owner === undefined || owner.eligible) return owner;
    if (!this.service.schedulerFlags.has('sh-fallback')) return undefined;
    for (let offset = 0; offset < BUCKETS; offset++) {
      const other = this.buckets[(first + ((offset + first) % BUCKETS)) % BUCKETS];
      if (other?.eligible) return other;
    }
    return undefined;
  }

  private bucketOf(flow: Flow): number {
    const port = this.service.schedulerFlags.has('sh-port') ? flow.sourcePort : 0;
    return hash32(port + foldClient(flow), BITS);
  }

  explain(flow: Flow): Reasoning {
    const bucket = this.bucketOf(flow);
    const owner = this.buckets[bucket];
    return {
      picked: this.schedule(flow),
      rule: `The client falls into bucket ${bucket} of ${BUCKETS}${this.fallbackNote(owner)}.`,
      candidates: this.service.destinations.map((one) => {
        const buckets = this.buckets.filter((other) => other === one).length;
        return candidateByWeight(one, { buckets, owns: one === owner ? 1 : 0 });
      }),
    };
  }

  private fallbackNote(owner: Destination | undefined): string {
    if (owner === undefined || owner.eligible) return '';
    return this.service.schedulerFlags.has('sh-fallback')
      ? ', whose server takes no connections: the next buckets are tried'
      : ', whose server takes no connections, and sh-fallback is off';
  }
}

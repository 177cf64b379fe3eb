import type { Flow } from '../flow.ts';
import type { Reasoning, Scheduler, SchedulerContext } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { AddressCache } from './address-cache.ts';
import { candidateByLoad, connectionOverhead, leastLoaded } from './overhead.ts';

const DESTINATION = 4;

/** More active connections than its weight, while another has less than half of its own (is_overloaded of both lblc). */
export function isCrowded(destination: Destination, destinations: readonly Destination[]): boolean {
  if (destination.activeConnections <= destination.weight) return false;
  return destinations.some(({ activeConnections, weight }) => activeConnections * 2 < weight);
}

/** ip_vs_lblc.c: a destination address keeps its server, unless that is gone or crowded; new ones are spread as wlc does. */
export class LocalityBasedLeastConnection implements Scheduler {
  readonly name = 'lblc';
  private readonly service: VirtualService;
  private readonly cache: AddressCache<Destination>;

  constructor({ service, now }: SchedulerContext) {
    this.service = service;
    this.cache = new AddressCache<Destination>(now, (destination) => (destination.remembered -= 1));
  }

  schedule(flow: Flow, now: number): Destination | undefined {
    const cached = this.usable(this.cache.get(flow.addresses, DESTINATION, now));
    if (cached !== undefined) return cached;
    const destination = leastLoaded(this.service.destinations, connectionOverhead);
    if (destination === undefined) return undefined;
    // The one that is crowded but still the least loaded is remembered already.
    if (this.cache.get(flow.addresses, DESTINATION, undefined) === destination) return destination;
    if (this.cache.set(flow.addresses, DESTINATION, destination, now)) destination.remembered += 1;
    return destination;
  }

  /** A server at its threshold still keeps its addresses: the kernel does not look there. */
  private usable(cached: Destination | undefined): Destination | undefined {
    if (cached === undefined || !cached.available || cached.weight === 0) return undefined;
    return isCrowded(cached, this.service.destinations) ? undefined : cached;
  }

  explain(flow: Flow): Reasoning {
    const { destinations } = this.service;
    const remembered = this.cache.get(flow.addresses, DESTINATION, undefined);
    const cached = this.usable(remembered);
    const why = remembered === undefined ? 'is new' : 'has lost its server, which is gone, quiesced or crowded';
    return {
      picked: cached ?? leastLoaded(destinations, connectionOverhead),
      rule:
        cached === undefined
          ? `The destination address ${why}: the least (256 · active + all connections) / weight.`
          : 'The destination address keeps the server that it had.',
      candidates: destinations.map((one) => {
        const candidate = candidateByLoad(one, connectionOverhead);
        return { ...candidate, numbers: { ...candidate.numbers, remembered: one === remembered ? 1 : 0 } };
      }),
    };
  }

  tick(now: number): void {
    this.cache.tick(now);
  }

  end(): void {
    this.cache.clear();
  }
}

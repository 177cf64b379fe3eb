import type { Flow } from '../flow.ts';
import type { Reasoning, Scheduler, SchedulerContext } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { AddressCache, EXPIRATION_MS } from './address-cache.ts';
import { isCrowded } from './lblc.ts';
import { candidateByLoad, connectionOverhead, leastLoaded } from './overhead.ts';

const DESTINATION = 4;

/** The servers of one destination address, the latest first. */
interface ServerSet {
  members: readonly Destination[];
  lastChange: number;
}

/**
 * ip_vs_lblcr.c: lblc with replication: a destination address has a set of servers, which grows when the best of them is
 * crowded and loses its most loaded one after a day without change.
 */
export class LocalityBasedWithReplication implements Scheduler {
  readonly name = 'lblcr';
  private readonly service: VirtualService;
  private readonly cache: AddressCache<ServerSet>;

  constructor({ service, now }: SchedulerContext) {
    this.service = service;
    this.cache = new AddressCache<ServerSet>(now, ({ members }) => {
      for (const member of members) member.remembered -= 1;
    });
  }

  schedule(flow: Flow, now: number): Destination | undefined {
    const { destinations } = this.service;
    const set = this.cache.get(flow.addresses, DESTINATION, now);
    if (set === undefined) {
      const destination = leastLoaded(destinations, connectionOverhead);
      if (destination === undefined) return undefined;
      const fresh = { members: [destination], lastChange: now };
      if (this.cache.set(flow.addresses, DESTINATION, fresh, now)) destination.remembered += 1;
      return destination;
    }
    const best = bestOf(set);
    if (set.members.length > 1 && now > set.lastChange + EXPIRATION_MS) shrink(set, now);
    if (best !== undefined && !isCrowded(best, destinations)) return best;
    const destination = leastLoaded(destinations, connectionOverhead);
    if (destination === undefined || set.members.includes(destination)) return destination;
    set.members = [destination, ...set.members];
    set.lastChange = now;
    destination.remembered += 1;
    return destination;
  }

  explain(flow: Flow): Reasoning {
    const { destinations } = this.service;
    const set = this.cache.get(flow.addresses, DESTINATION, undefined);
    const best = set && bestOf(set);
    const kept = best !== undefined && !isCrowded(best, destinations);
    return {
      picked: kept ? best : leastLoaded(destinations, connectionOverhead),
      rule: kept
        ? 'The least loaded server of those that the destination address has.'
        : 'The servers that the destination address has are gone or crowded, or it is new: the least loaded of all.',
      candidates: destinations.map((one) => {
        const candidate = candidateByLoad(one, connectionOverhead);
        return { ...candidate, numbers: { ...candidate.numbers, remembered: set?.members.includes(one) ? 1 : 0 } };
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

/** ip_vs_dest_set_min. */
function bestOf({ members }: ServerSet): Destination | undefined {
  return leastLoaded(
    members.filter(({ available }) => available),
    connectionOverhead,
  );
}

/** Drops the most loaded (ip_vs_dest_set_max); those of weight 0 stay. */
function shrink(set: ServerSet, now: number): void {
  let most: Destination | undefined;
  for (const one of set.members) {
    if (one.weight === 0) continue;
    const isMore = most === undefined || connectionOverhead(most) * one.weight < connectionOverhead(one) * most.weight;
    if (isMore) most = one;
  }
  if (most === undefined) return;
  set.members = set.members.filter((one) => one !== most);
  set.lastChange = now;
  most.remembered -= 1;
}

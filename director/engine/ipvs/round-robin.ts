import type { Scheduler } from './scheduler.ts';
import type { Destination } from './service-table.ts';

/** ip_vs_rr.c: remembers the server of the last connection and takes the next in the list; weight matters only when 0. */
export class RoundRobin implements Scheduler {
  readonly name = 'rr';
  /** undefined: the head of the list, before its first server. */
  private last: Destination | undefined;

  schedule(destinations: readonly Destination[]): Destination | undefined {
    const start = this.last === undefined ? 0 : destinations.indexOf(this.last) + 1;
    for (let step = 0; step < destinations.length; step++) {
      const candidate = destinations[(start + step) % destinations.length];
      if (candidate !== undefined && candidate.weight > 0) {
        this.last = candidate;
        return candidate;
      }
    }
    return undefined;
  }

  destinationRemoved(removed: Destination, previous: Destination | undefined): void {
    if (this.last === removed) this.last = previous;
  }
}

import { RoundRobin } from './round-robin.ts';
import type { Destination } from './service-table.ts';

/**
 * Picks a server for a new connection. `destinations` is always the service's list in the kernel's order: the one that was
 * added last comes first. Every service has its own scheduler object.
 */
export interface Scheduler {
  readonly name: string;
  /** undefined when no server may take a connection. */
  schedule(destinations: readonly Destination[]): Destination | undefined;
  /** Called after `removed` left the list; `previous` stood before it, undefined when it was the first. */
  destinationRemoved(removed: Destination, previous: Destination | undefined): void;
}

const factories = new Map<string, () => Scheduler>([['rr', () => new RoundRobin()]]);

/** undefined for a scheduler that this director does not have. */
export function createScheduler(name: string): Scheduler | undefined {
  return factories.get(name)?.();
}

export function schedulerNames(): string[] {
  return [...factories.keys()];
}

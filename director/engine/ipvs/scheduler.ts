import type { Flow } from './flow.ts';
import type { Destination, VirtualService } from './service.ts';

/** The numbers that a scheduler compared for one server, by name, and whether it may be picked. */
export interface Candidate {
  readonly destination: Destination;
  readonly eligible: boolean;
  readonly why: string;
  readonly numbers: Record<string, number>;
}

/** Which server a scheduler would pick, and why. */
export interface Reasoning {
  readonly picked: Destination | undefined;
  /** `picked` cannot be told beforehand: several may be. */
  readonly isChance?: boolean;
  /** One sentence: the rule that decided. */
  readonly rule: string;
  /** In the order in which the scheduler goes. */
  readonly candidates: readonly Candidate[];
}

/**
 * Picks a server for a new connection. The list of a service is in the kernel's order: the server that was added last comes
 * first. Every service has its own scheduler object, made when the service gets the scheduler.
 */
export interface Scheduler {
  readonly name: string;
  /** undefined when no server may take a connection. Makes no object. */
  schedule(flow: Flow, now: number): Destination | undefined;
  /** What `schedule` would do now; changes nothing. */
  explain(flow: Flow, now: number): Reasoning;
  /** Called after the list changed: `previous` stood before the one that was removed, undefined when it was the first. */
  added?(destination: Destination): void;
  removed?(destination: Destination, previous: Destination | undefined): void;
  /** Called after weight or thresholds changed. */
  updated?(destination: Destination): void;
  /** Called about once a second: caches forget what is old. */
  tick?(now: number): void;
  /** Called before the service goes or takes another scheduler. */
  end?(): void;
}

export interface SchedulerContext {
  readonly service: VirtualService;
  /** From 0 up to 1, evenly (only `twos` draws lots). */
  readonly random: () => number;
  readonly now: number;
}

export type SchedulerFactory = (context: SchedulerContext) => Scheduler;

import type { Scheduler, SchedulerContext, SchedulerFactory } from '../scheduler.ts';
import { DestinationHashing } from './dh.ts';
import { LocalityBasedLeastConnection } from './lblc.ts';
import { LocalityBasedWithReplication } from './lblcr.ts';
import { LeastConnection } from './lc.ts';
import { MaglevHashing } from './mh.ts';
import { NeverQueue } from './nq.ts';
import { RoundRobin } from './rr.ts';
import { ShortestExpectedDelay } from './sed.ts';
import { SourceHashing } from './sh.ts';
import { PowerOfTwoChoices } from './twos.ts';
import { WeightedFailOver } from './fo.ts';
import { WeightedLeastConnection } from './wlc.ts';
import { WeightedOverflow } from './ovf.ts';
import { WeightedRoundRobin } from './wrr.ts';

const factories = new Map<string, SchedulerFactory>([
  ['rr', (context) => new RoundRobin(context)],
  ['wrr', (context) => new WeightedRoundRobin(context)],
  ['lc', (context) => new LeastConnection(context)],
  ['wlc', (context) => new WeightedLeastConnection(context)],
  ['lblc', (context) => new LocalityBasedLeastConnection(context)],
  ['lblcr', (context) => new LocalityBasedWithReplication(context)],
  ['dh', (context) => new DestinationHashing(context)],
  ['sh', (context) => new SourceHashing(context)],
  ['sed', (context) => new ShortestExpectedDelay(context)],
  ['nq', (context) => new NeverQueue(context)],
  ['mh', (context) => new MaglevHashing(context)],
  ['fo', (context) => new WeightedFailOver(context)],
  ['ovf', (context) => new WeightedOverflow(context)],
  ['twos', (context) => new PowerOfTwoChoices(context)],
]);

/** undefined for `none` and for a scheduler that this director does not have. */
export function createScheduler(name: string, context: SchedulerContext): Scheduler | undefined {
  return factories.get(name)?.(context);
}

export function schedulerNames(): string[] {
  return [...factories.keys()];
}

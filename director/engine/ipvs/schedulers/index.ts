import type { Scheduler, SchedulerContext, SchedulerFactory } from '../scheduler.ts';
import { RoundRobin } from './rr.ts';

const factories = new Map<string, SchedulerFactory>([['rr', (context) => new RoundRobin(context)]]);

/** undefined for `none` and for a scheduler that this director does not have. */
export function createScheduler(name: string, context: SchedulerContext): Scheduler | undefined {
  return factories.get(name)?.(context);
}

export function schedulerNames(): string[] {
  return [...factories.keys()];
}

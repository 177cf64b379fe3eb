import { schedulerFlagSchema, type SchedulerFlag } from '../api/table.ts';

/** The schedulers of the kernel (net/netfilter/ipvs/ip_vs_*.c), by the names that all formats share. */
export const schedulerNames = [
  ...(['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'mh', 'fo', 'ovf', 'twos'] as const),
] as const;

/** Flags are bits: whatever the order in the file, the model has one order of them. */
export function orderedFlags(flags: readonly SchedulerFlag[]): SchedulerFlag[] {
  return schedulerFlagSchema.options.filter((flag) => flags.includes(flag));
}

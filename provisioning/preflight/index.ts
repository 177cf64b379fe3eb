/** What stands in the way of virtual machines on this computer, before any is made. */
export { demandsOf } from './demands.ts';
export type { Demands, Finding, HostFacts } from './facts.ts';
export { findings, isBlocked } from './findings.ts';
export { gatherFacts } from './gather.ts';

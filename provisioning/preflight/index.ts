/** What stands in the way of virtual machines on this computer, before any is made. */
export { demandsOf } from './demands.ts';
export type { Demands, HostFacts } from './facts.ts';
export { findings, isBlocked } from './findings.ts';
export { gatherFacts } from './gather.ts';
export { hostNetworks } from './host-networks.ts';
export { machineFindings } from './machine-findings.ts';

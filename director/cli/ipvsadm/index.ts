export { runIpvsadmOn } from './program.ts';
export type { IpvsadmOutcome, IpvsadmSurroundings, TableAccess } from './program.ts';
export { numericNames } from './endpoint.ts';

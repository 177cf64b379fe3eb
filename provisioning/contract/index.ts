/** The RPC contract: what a client of the lab engine may know. */
export * from './contract.ts';
export * from './drill.ts';
export * from './error.ts';
export * from './export.ts';
export * from './finding.ts';
export * from './import.ts';
export * from './lab.ts';
export * from './plan.ts';
export * from './provider-name.ts';

/** Statements about a running lab: data, to be asked by whoever has a way to its nodes. */
export type { LabCheck } from './check.ts';
export { checksFor } from './checks-for.ts';
export type { CheckContext } from './checks-for.ts';

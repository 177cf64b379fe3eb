import type { DrillRunner } from '../lab/lab-service.ts';
import type { ResolvedDrill } from '../../testbeds/resolved.ts';
import { runKillMaster } from './kill-master.ts';

/** The program of each kind of drill. */
export const drillRunners: Record<ResolvedDrill['kind'], DrillRunner> = { 'kill-master': runKillMaster };

export { ReportStore } from './report-store.ts';

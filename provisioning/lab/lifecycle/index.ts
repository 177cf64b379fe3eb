/** What is done to a running lab as a whole: each says its plan, and does it. */
export { haltLab, reloadLab, startLab, suspendLab } from './power.ts';
export type { LabWork } from './power.ts';
export { deleteSnapshot, listSnapshots, restoreSnapshot, takeSnapshot, undoStillness } from './snapshots.ts';
export { upgradeLab } from './upgrade.ts';

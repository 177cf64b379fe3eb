/** What is done to a running lab as a whole: each says its plan, and does it. */
export { haltLab, reloadLab, startLab, suspendLab } from './power.ts';
export type { LabWork } from './power.ts';
export { deleteSnapshot, listSnapshots, restoreSnapshot, takeSnapshot } from './snapshots.ts';
export { undoStillness } from './stillness.ts';
export { upgradeLab } from './upgrade.ts';

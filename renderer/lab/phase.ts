import type { LabSummary } from '../../provisioning/contract/index.ts';

export const phaseColors: Record<LabSummary['phase'], string> = {
  starting: 'yellow',
  running: 'green',
  stopping: 'gray',
  failed: 'red',
};

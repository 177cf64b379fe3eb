/** A testbed as files that need nothing of ours. */
export { exportVagrantfile } from './export-vagrantfile.ts';
export type { VagrantfileExport } from './export-vagrantfile.ts';

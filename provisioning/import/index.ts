/** Folders that Relevo exported, and the testbeds that come of them. */
export { importVagrantfile } from './import-vagrantfile.ts';
export type { VagrantfileImport } from './import-vagrantfile.ts';
export { listOwnTestbeds, originOf, removeOwnTestbed } from './own-testbeds.ts';

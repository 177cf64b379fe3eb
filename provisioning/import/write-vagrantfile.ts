import type { VagrantfileWriter } from '../../testbeds/importers/vagrant/import-lab.ts';
import { exportFolder } from '../export/folder.ts';

/** No key is in a Vagrantfile. */
const noKeys = { clusterPrivateKey: '', clusterPublicKey: '', hostPrivateKey: '', hostPublicKey: '' };

/** The Vagrantfile of an export, without the rest of it. */
export const writeVagrantfile: VagrantfileWriter = (testbed, options) => {
  const result = exportFolder({ testbed, options, keys: noKeys, version: '' });
  if (!result.ok) return result;
  const file = result.files.find(({ path }) => path === 'Vagrantfile');
  return { ok: true, text: file?.kind === 'text' ? file.content : '' };
};

import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { ExportOptions } from '../../testbeds/exporters/vagrant/options.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { RelevoError } from '../contract/error.ts';
import type { ExportSummary } from '../contract/export.ts';
import { unmakeable } from '../providers/vagrant/unmakeable.ts';
import { generateKeyPair } from '../ssh/keys.ts';
import { exportFolder } from './folder.ts';
import { writeFolder } from './write-folder.ts';

export interface VagrantfileExport {
  readonly testbed: ResolvedTestbed;
  readonly options: ExportOptions;
  /** Absolute; by default `relevo-LAB` in the home folder of whoever runs this. */
  readonly directory?: string | undefined;
  readonly overwrite: boolean;
  /** The built program. */
  readonly distDirectory: string;
  readonly version: string;
}

/**
 * Writes a testbed as a folder for Vagrant, with keys of its own.
 * @throws RelevoError INVALID_INPUT; INVALID_TESTBED with every value that no machine can have; MISSING_TOOL; DISK_FULL
 */
export async function exportVagrantfile(request: VagrantfileExport): Promise<ExportSummary> {
  const { testbed, options, overwrite, version } = request;
  const name = options.lab ?? testbed.id;
  const result = exportFolder({ testbed, options, version, keys: makeKeys(name) });
  if (!result.ok) throw unmakeable(testbed.id, result.problems);
  const directory = request.directory ?? join(homedir(), `relevo-${name}`);
  if (!isAbsolute(directory)) {
    throw new RelevoError('INVALID_INPUT', `"${directory}" is not an absolute path.`, {
      hint: 'Write the folder out from the root.',
    });
  }
  const assets = { director: join(request.distDirectory, 'director', 'director') };
  await writeFolder(result.files, { directory, overwrite, assets });
  const { machines } = result.lab;
  return {
    directory,
    lab: name,
    files: result.files.map(({ path }) => path),
    machines: machines.map(({ node }) => node.name),
    memory: machines.reduce((sum, { memory }) => sum + memory, 0),
  };
}

function makeKeys(lab: string) {
  const cluster = generateKeyPair(`root@${lab}`);
  const host = generateKeyPair(lab);
  return {
    clusterPrivateKey: cluster.privateKey,
    clusterPublicKey: cluster.publicKey,
    hostPrivateKey: host.privateKey,
    hostPublicKey: host.publicKey,
  };
}

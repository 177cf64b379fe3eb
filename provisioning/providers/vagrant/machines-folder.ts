import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { planMachines, vagrantfile } from '../../../testbeds/exporters/vagrant/vagrantfile.ts';
import type { Provisioners } from '../../../testbeds/exporters/vagrant/vagrantfile.ts';
import type { MachineLab } from '../../../testbeds/exporters/vagrant/machines.ts';
import type { ResolvedTestbed } from '../../../testbeds/resolved.ts';
import type { LabAccess } from '../provider.ts';
import type { VagrantSpecification } from './specification.ts';
import { accessScript } from './access.ts';
import { unmakeable } from './unmakeable.ts';

const ACCESS = 'access.sh';

export function machinesFolder({ directory }: VagrantSpecification): string {
  return join(directory, 'machines');
}

/** What Vagrant is to make of a lab. @throws RelevoError INVALID_TESTBED with every value that no machine can have */
export function machinesOf(
  testbed: ResolvedTestbed,
  { lab, machines }: Pick<VagrantSpecification, 'lab' | 'machines'>,
): MachineLab {
  const { hypervisor, ...options } = machines;
  const result = planMachines(testbed, { ...options, lab, provider: hypervisor });
  if (result.ok) return result.lab;
  throw unmakeable(testbed.id, result.problems);
}

/** Writes the Vagrantfile of a lab whose machines Relevo sets up itself: Vagrant only lets it in. */
export async function writeMachinesFolder(
  specification: VagrantSpecification,
  lab: MachineLab,
  access: LabAccess,
): Promise<void> {
  const folder = machinesFolder(specification);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const letIn = [{ kind: 'shell', name: 'let Relevo in', path: ACCESS }] as const;
  const provisioners: Provisioners = new Map(lab.machines.map(({ node }) => [node.name, letIn]));
  await writeFile(join(folder, ACCESS), accessScript(access), { mode: 0o600 });
  await writeFile(join(folder, 'Vagrantfile'), vagrantfile(lab, provisioners));
}

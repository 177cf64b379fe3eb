import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { forMachines } from '../../../testbeds/exporters/vagrant/machines.ts';
import type { MachineLab } from '../../../testbeds/exporters/vagrant/machines.ts';
import { machineOptionsSchema, RelevoError } from '../../contract/index.ts';
import { findProgram } from '../../process/programs.ts';
import { demandsOf, findings, gatherFacts } from '../../preflight/index.ts';
import { virtualBoxDriver } from '../../virtualbox/index.ts';
import type { Availability, LabRuntime, Provider } from '../provider.ts';
import type { LabSpecification } from '../specification.ts';
import { ensureBox } from './box.ts';
import type { MachineDriver } from './drivers/driver.ts';
import { libvirtDriver } from './drivers/libvirt.ts';
import { machinesFolder, machinesOf, writeMachinesFolder } from './machines-folder.ts';
import type { VagrantSpecification } from './specification.ts';
import { VagrantRuntime } from './runtime.ts';
import { Vagrant } from './vagrant.ts';

/** Labs of virtual machines, which Vagrant makes with VirtualBox or libvirt. */
export function createVagrantProvider(): Provider {
  return {
    name: 'vagrant',
    availability,
    adapt: (testbed, { machines }) => forMachines(testbed, machineOptionsSchema.parse(machines ?? {}).internet),
    specify: ({ lab, id, directory, testbed, options }) => {
      const machines = machineOptionsSchema.parse(options.machines ?? {});
      machinesOf(testbed, { lab, machines });
      return { provider: 'vagrant', lab, id, directory, machines, testbed };
    },
    prepare: async (specification, _packages, onProgress, signal) => {
      const own = expectVagrant(specification);
      onProgress({ message: 'Looking at this computer' });
      const lab = machinesOf(own.testbed, own);
      await checkHost(lab, own);
      const box = lab.box.names[own.machines.hypervisor];
      const built = await ensureBox(box, own.machines.hypervisor, (message) => onProgress({ message }), signal);
      return { built, what: `the box ${own.machines.box}`, specification };
    },
    create: async (specification, access) => {
      const own = expectVagrant(specification);
      const lab = machinesOf(own.testbed, own);
      await writeMachinesFolder(own, lab, access);
      const runtime = runtimeOf(lab, own);
      runtime.watch();
      return runtime;
    },
    attach: (specification) => attach(expectVagrant(specification)),
    destroy: (specification) => destroy(expectVagrant(specification)),
    tidy: () => Promise.resolve(),
  };
}

function expectVagrant(specification: LabSpecification): VagrantSpecification {
  if (specification.provider === 'vagrant') return specification;
  throw new RelevoError('INTERNAL', `The lab "${specification.lab}" is not one of virtual machines.`);
}

function availability(): Availability {
  const names = process.platform === 'win32' ? ['vagrant.exe', 'vagrant.bat'] : ['vagrant'];
  if (findProgram(names) !== undefined) return { available: true, reason: 'Vagrant is installed.' };
  return {
    available: false,
    reason: 'Vagrant is not installed on this machine.',
    hint: 'Install Vagrant and VirtualBox or libvirt (docs/vagrant.md), and try again.',
  };
}

/** @throws RelevoError PROVIDER_UNAVAILABLE with everything that is in the way, before anything was made */
async function checkHost(machines: MachineLab, specification: VagrantSpecification): Promise<void> {
  const demands = demandsOf(machines, specification.machines.hypervisor);
  const found = findings(await gatherFacts(), demands).filter(({ level }) => level === 'error');
  if (found.length === 0) return;
  throw new RelevoError('PROVIDER_UNAVAILABLE', 'These machines cannot run on this computer.', {
    lab: specification.lab,
    output: found.map(({ message, fix }) => `${message}\n  ${fix ?? ''}`).join('\n'),
    hint: 'Mend what the lines above name; "relevo doctor" looks again.',
  });
}

function driverFor({ machines }: VagrantSpecification): MachineDriver {
  return machines.hypervisor === 'libvirt' ? libvirtDriver() : virtualBoxDriver();
}

function runtimeOf(machines: MachineLab, specification: VagrantSpecification): VagrantRuntime {
  const vagrant = new Vagrant(machinesFolder(specification), specification.machines.hypervisor);
  return new VagrantRuntime(machines, vagrant, driverFor(specification));
}

async function attach(specification: VagrantSpecification): Promise<LabRuntime | undefined> {
  const runtime = runtimeOf(machinesOf(specification.testbed, specification), specification);
  if (!(await runtime.find())) return undefined;
  runtime.watch();
  return runtime;
}

/** Vagrant knows by its own notes in the folder which machines it has made; nothing is looked for by name. */
async function destroy(specification: VagrantSpecification): Promise<void> {
  const folder = machinesFolder(specification);
  const isThere = await stat(join(folder, '.vagrant')).then(
    () => true,
    () => false,
  );
  if (isThere) await new Vagrant(folder, specification.machines.hypervisor).destroy();
  await rm(specification.directory, { recursive: true, force: true });
}

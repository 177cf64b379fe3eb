import type { Problem } from '../../problem.ts';
import type { ResolvedTestbed } from '../../resolved.ts';
import { checkMachineLab } from './check-values.ts';
import { libvirtDefaults, libvirtMachine } from './libvirt.ts';
import { assign, block, call, comment } from './lines.ts';
import type { Lines } from './lines.ts';
import { machineLab } from './machines.ts';
import type { Machine, MachineLab } from './machines.ts';
import type { ExportOptions, MachineProvider } from './options.ts';
import { hash } from './ruby.ts';
import { virtualBoxDefaults, virtualBoxMachine } from './virtualbox.ts';

/** What Vagrant does in a machine when it is made. */
export type Provisioner =
  /** Copies a file of the folder into the machine, as the user that Vagrant logs in as. */
  | { readonly kind: 'file'; readonly source: string; readonly destination: string }
  /** Runs a script of the folder as root. */
  | { readonly kind: 'shell'; readonly name: string; readonly path: string };

/** Node → its provisioners, in order. Without any, the machines are bare: somebody else provisions them. */
export type Provisioners = ReadonlyMap<string, readonly Provisioner[]>;

export type MachineLabResult =
  { readonly ok: true; readonly lab: MachineLab } | { readonly ok: false; readonly problems: readonly Problem[] };

/** The machines of a testbed, every value of them checked. */
export function planMachines(testbed: ResolvedTestbed, options: ExportOptions): MachineLabResult {
  const lab = machineLab(testbed, options);
  const problems = checkMachineLab(lab, options.box);
  return problems.length === 0 ? { ok: true, lab } : { ok: false, problems };
}

/** Seconds until a machine must answer: slow disks, and processors that are emulated. */
const BOOT_TIMEOUT = 600;

const perProvider: Record<
  MachineProvider,
  { defaults: (lab: MachineLab) => Lines; machine: (lab: MachineLab, machine: Machine) => Lines }
> = {
  virtualbox: { defaults: virtualBoxDefaults, machine: virtualBoxMachine },
  libvirt: { defaults: libvirtDefaults, machine: libvirtMachine },
};

/** The text of the Vagrantfile, which ends with a newline. */
export function vagrantfile(lab: MachineLab, provisioners: Provisioners = new Map()): string {
  const { source, title } = lab.testbed;
  const lines = [
    '# -*- mode: ruby -*-',
    '# vi: set ft=ruby :',
    '#',
    ...comment(`${title.en}: the lab "${lab.name}".`),
    ...comment(`After "${source.title}" (${source.author}, ${source.year}).`),
    '#',
    ...comment(introduction),
    '',
    ...comment('One machine after the other: storage and the first director are there before those who need them.'),
    'ENV["VAGRANT_NO_PARALLEL"] = "yes"',
    '',
    ...block('Vagrant.configure("2")', ['config'], configuration(lab, provisioners)),
  ];
  return `${lines.join('\n')}\n`;
}

const introduction = `Each machine's first adapter is Vagrant's own, for its SSH; those of the lab come after it.
Addresses, routes and names are set in the machine, by MAC address, and not by Vagrant (auto_config: false).
vm.hostname is missing on purpose: Vagrant would rewrite /etc/hosts and restart the network at every "up".`;

function configuration(lab: MachineLab, provisioners: Provisioners): Lines {
  return [
    assign('config.vm.box_check_update', false),
    assign('config.vm.boot_timeout', BOOT_TIMEOUT),
    call('config.vm.synced_folder', '.', '/vagrant', hash({ disabled: true })),
    '',
    ...lab.providers.flatMap((provider) => [...perProvider[provider].defaults(lab), '']),
    ...lab.machines.flatMap((machine, index) => [
      ...(index === 0 ? [] : ['']),
      ...machineBlock(lab, machine, provisioners.get(machine.node.name) ?? []),
    ]),
  ];
}

function machineBlock(lab: MachineLab, machine: Machine, provisioners: readonly Provisioner[]): Lines {
  const { node, memoryReason } = machine;
  return [
    ...comment(`${node.name}: ${node.title.en}`),
    ...(memoryReason === undefined ? [] : comment(`Memory: ${memoryReason}`)),
    ...block(
      call('config.vm.define', node.name),
      ['node'],
      [
        ...lab.providers.flatMap((provider) => perProvider[provider].machine(lab, machine)),
        ...provisioners.map(provision),
      ],
    ),
  ];
}

function provision(provisioner: Provisioner): string {
  if (provisioner.kind === 'file') {
    const { source, destination } = provisioner;
    return call('node.vm.provision', 'file', hash({ source, destination }));
  }
  return call('node.vm.provision', 'shell', hash({ name: provisioner.name, path: provisioner.path }));
}

import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const tools = join(import.meta.dirname, '..', 'tools');
/** Boxes, disks and what belongs to them: large, and good for the next run. */
const directory = process.env.VLAB_DIR ?? join(homedir(), '.cache', 'relevo-vms');
const namespace = 'vlab';

/**
 * Everything (three quarters of an hour with two emulated processors), or what a run of all tests has the time for: the lab by the
 * provider, faults, the drill, snapshots, both planes, the same checks in namespaces.
 */
export const whole = process.env.RELEVO_VMS !== 'short';

export const BOX = 'lab/bookworm';

/** Vagrant and libvirt in a network namespace of their own, as the tools of this folder set it up. */
export const environment = {
  VLAB_DIR: directory,
  VAGRANT_HOME: join(directory, 'vhome'),
  VAGRANT_DEFAULT_PROVIDER: 'libvirt',
};

/** Runs a command where the virtual machines can be reached. */
export function inside(command: string, ...args: string[]): [string, string[]] {
  return ['ip', ['netns', 'exec', namespace, command, ...args]];
}

/** What recipes install beside what the box has anyway: its machines have no way to a package server. */
const PACKAGES = [
  ...['apache2', 'apache2-utils', 'libapache2-mod-php', 'php', 'bind9', 'bind9-dnsutils', 'dnsmasq', 'nftables'],
  ...['nfs-kernel-server', 'nfs-common', 'rpcbind', 'nano', 'openssl', 'openssh-client'],
];

/** Builds the box unless it is there, and starts libvirt. Takes two minutes the first time. */
export async function openVirtualLab(): Promise<void> {
  mkdirSync(environment.VAGRANT_HOME, { recursive: true });
  const env = { ...process.env, ...environment };
  execFileSync('install', ['-m', '755', join(tools, 'qemu-tcg'), '/usr/local/bin/qemu-tcg']);
  execFileSync('install', [
    '-m',
    '644',
    join(tools, 'Vagrantfile.home'),
    join(environment.VAGRANT_HOME, 'Vagrantfile'),
  ]);
  if (!existsSync(join(environment.VAGRANT_HOME, 'boxes', BOX.replace('/', '-VAGRANTSLASH-'))))
    await run(join(tools, 'make-box.sh'), [], { env: { ...env, EXTRA: PACKAGES.join(' ') }, maxBuffer: 1 << 24 });
  await run(join(tools, 'vlab.sh'), ['up'], { env });
}

export async function closeVirtualLab(): Promise<void> {
  await run(join(tools, 'vlab.sh'), ['down'], { env: { ...process.env, ...environment } });
}

/** Names of all machines that libvirt knows, and of its networks but Vagrant's own. */
export async function leftovers(): Promise<string[]> {
  const [machines, networks] = await Promise.all(
    [
      ['list', '--all', '--name'],
      ['net-list', '--all', '--name'],
    ].map(async (args) => (await run('virsh', ['-q', '-c', 'qemu:///system', ...args])).stdout.split('\n')),
  );
  const own = ['', 'default', 'lab-mgmt'];
  return [...(machines ?? []), ...(networks ?? [])].map((name) => name.trim()).filter((name) => !own.includes(name));
}

import { constants } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import { freemem, homedir } from 'node:os';
import { run } from '../process/run.ts';
import { installedBoxes } from '../providers/vagrant/box.ts';
import { parseVagrantOutput } from '../providers/vagrant/machine-readable.ts';
import { virtualBoxVersion } from '../virtualbox/index.ts';
import type { HostFacts } from './facts.ts';
import { hostNetworks } from './host-networks.ts';

const LIMIT_MS = 20_000;
const MEBIBYTE = 2 ** 20;

/** Looks at this computer. Never rejects: what cannot be found out is left out. */
export async function gatherFacts(): Promise<HostFacts> {
  const [vagrant, virtualBox, libvirt, plugins, boxes, system] = await Promise.all([
    version('vagrant', ['--version']),
    virtualBoxVersion(),
    libvirtFacts(),
    tell('vagrant', ['plugin', 'list', '--machine-readable']),
    tell('vagrant', ['box', 'list', '--machine-readable']),
    process.platform === 'linux' ? linuxFacts() : otherFacts(),
  ]);
  return {
    platform: process.platform,
    ...(vagrant === undefined ? {} : { vagrant }),
    ...(virtualBox === undefined ? {} : { virtualBox }),
    ...libvirt,
    plugins: pluginNames(plugins ?? ''),
    boxes: installedBoxes(parseVagrantOutput(boxes ?? '')),
    networks: await hostNetworks(),
    freeDisk: await freeDisk(process.env.VAGRANT_HOME ?? homedir()),
    ...system,
  };
}

/** Standard output, or undefined when the program is missing or fails. */
function tell(program: string, args: readonly string[]): Promise<string | undefined> {
  return run(program, args, { timeoutMs: LIMIT_MS }).catch(() => undefined);
}

async function version(program: string, args: readonly string[]): Promise<string | undefined> {
  return /\d+(?:\.\d+)+/.exec((await tell(program, args)) ?? '')?.[0];
}

/** Exported for its test: the third-party plugins and those of the distribution. */
export function pluginNames(output: string): string[] {
  return parseVagrantOutput(output).flatMap(({ type, data }) => (type === 'plugin-name' ? (data[0] ?? []) : []));
}

async function libvirtFacts(): Promise<Pick<HostFacts, 'libvirt' | 'libvirtProblem'>> {
  try {
    const output = await run('virsh', ['-c', 'qemu:///system', 'version'], { timeoutMs: LIMIT_MS });
    const found = /libvirt (\d+(?:\.\d+)+)/.exec(output)?.[1];
    return found === undefined ? {} : { libvirt: found };
  } catch (error) {
    if ((error as { code?: string }).code === 'MISSING_TOOL') return {};
    const said = (error as { detail?: { output?: string } }).detail?.output ?? String(error);
    return { libvirtProblem: said.split('\n').at(-1) ?? said };
  }
}

type SystemFacts = Pick<
  HostFacts,
  'hasVirtualization' | 'kvm' | 'kvmHolds' | 'hyperV' | 'secureBoot' | 'vboxModule' | 'freeMemory'
>;

async function linuxFacts(): Promise<SystemFacts> {
  const [processor, memory, modules, secureBoot, atLoad] = await Promise.all(
    [
      '/proc/cpuinfo',
      '/proc/meminfo',
      '/proc/modules',
      '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c',
      '/sys/module/kvm/parameters/enable_virt_at_load',
    ].map((file) => readFile(file).catch(() => Buffer.alloc(0))),
  );
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(String(memory))?.[1];
  const holds = kvmHolds(String(modules), String(atLoad));
  return {
    ...(holds === undefined ? {} : { kvmHolds: holds }),
    hasVirtualization: /^flags\s*:.*\b(?:vmx|svm)\b/m.test(String(processor)),
    kvm: await kvm(),
    hyperV: false,
    // Four bytes of attributes, then the value.
    secureBoot: secureBoot?.[4] === 1,
    vboxModule: /^vboxdrv /m.test(String(modules)),
    freeMemory: available === undefined ? Math.floor(freemem() / MEBIBYTE) : Math.floor(Number(available) / 1024),
  };
}

/** Exported for its test: what /proc/modules and the parameter of the module kvm, empty where there is none, say together. */
export function kvmHolds(modules: string, enableAtLoad: string): HostFacts['kvmHolds'] {
  const users = /^kvm_(?:intel|amd) \d+ (\d+) /m.exec(modules)?.[1];
  if (users === undefined) return undefined;
  if (Number(users) > 0) return 'machines';
  return enableAtLoad.trim() === 'Y' ? 'module' : undefined;
}

async function kvm(): Promise<HostFacts['kvm']> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
    return 'usable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'denied';
  }
}

async function otherFacts(): Promise<SystemFacts> {
  const windows = process.platform === 'win32';
  const query = '(Get-CimInstance Win32_ComputerSystem).HypervisorPresent';
  const hypervisor = windows ? await tell('powershell', ['-NoProfile', '-Command', query]) : undefined;
  return {
    kvm: 'missing',
    hyperV: hypervisor?.trim() === 'True',
    secureBoot: false,
    vboxModule: true,
    freeMemory: Math.floor(freemem() / MEBIBYTE),
  };
}

async function freeDisk(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return Math.floor((bavail * bsize) / MEBIBYTE);
  } catch {
    return 0;
  }
}

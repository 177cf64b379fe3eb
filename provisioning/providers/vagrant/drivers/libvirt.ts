import { run } from '../../../process/run.ts';
import type { AdapterPlace, MachineDriver, MachinePower } from './driver.ts';

/** vagrant-libvirt's default, and where the machines therefore are. */
const SYSTEM = 'qemu:///system';
const COMMAND_LIMIT_MS = 30_000;
/** Writing 1 GB of memory to a slow disk. */
const SNAPSHOT_LIMIT_MS = 300_000;

/** libvirt's words for a domain's state (virsh list). */
const powers: Readonly<Record<string, MachinePower>> = {
  running: 'on',
  idle: 'on',
  paused: 'paused',
  pmsuspended: 'paused',
  'shut off': 'off',
  // It goes on from a saved state when it is started (vagrant suspend).
  saved: 'saved',
  crashed: 'off',
  'in shutdown': 'other',
};

/** `virsh list --all --managed-save`: number, name and state of each domain, the name of a Vagrant machine being without spaces. */
export function parseDomainList(output: string): Map<string, MachinePower> {
  const rows = output.split('\n').flatMap((line) => {
    const [, name, state] = /^\s*(?:-|\d+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line) ?? [];
    return name === undefined || state === undefined ? [] : [[name, powers[state] ?? 'other'] as const];
  });
  return new Map(rows);
}

/** Hardware addresses of the interfaces whose link is down in a domain's description. */
export function parseCutInterfaces(xml: string): string[] {
  const interfaces = xml.match(/<interface\b[\s\S]*?<\/interface>/g) ?? [];
  const cut = interfaces.filter((one) => /<link\s+state=['"]down['"]/.test(one));
  return cut.flatMap((one) => /<mac\s+address=['"]([\da-f:]+)['"]/i.exec(one)?.[1]?.toLowerCase() ?? []);
}

/** libvirt's machines through virsh. */
export function libvirtDriver(uri = process.env.LIBVIRT_DEFAULT_URI ?? SYSTEM): MachineDriver {
  const virsh = (args: readonly string[], timeoutMs = COMMAND_LIMIT_MS): Promise<string> =>
    run('virsh', ['--quiet', '--connect', uri, ...args], { timeoutMs, code: 'MACHINE_FAILED' });
  const adapters = async (label: string): Promise<string[]> =>
    parseCutInterfaces(await virsh(['dumpxml', '--domain', label]));
  return {
    powers: async (labels) => {
      const known = parseDomainList(await virsh(['list', '--all', '--managed-save']));
      return new Map(labels.map((label) => [label, known.get(label) ?? 'missing']));
    },
    cutPower: async (label) => {
      await virsh(['destroy', '--domain', label]);
    },
    suspend: async (label) => {
      await virsh(['managedsave', '--domain', label, '--running'], SNAPSHOT_LIMIT_MS);
    },
    wake: async (label) => {
      await virsh(['start', '--domain', label], SNAPSHOT_LIMIT_MS);
    },
    pause: async (label) => {
      await virsh(['suspend', '--domain', label]);
    },
    resume: async (label) => {
      await virsh(['resume', '--domain', label]);
    },
    setCable: async (label, { mac }, isConnected) => {
      await virsh(['domif-setlink', '--domain', label, '--interface', mac, isConnected ? 'up' : 'down']);
    },
    cutCables: async (label, places: readonly AdapterPlace[]) => {
      const cut = new Set(await adapters(label));
      return places.filter(({ mac }) => cut.has(mac));
    },
    takeSnapshot: async (label, name) => {
      await virsh(['snapshot-create-as', '--domain', label, '--name', name, '--atomic'], SNAPSHOT_LIMIT_MS);
    },
    restoreSnapshot: async (label, name, wasOn) => {
      const revert = ['snapshot-revert', '--domain', label, '--snapshotname', name, '--force'];
      await virsh([...revert, ...(wasOn ? ['--paused'] : [])], SNAPSHOT_LIMIT_MS);
    },
    deleteSnapshot: async (label, name) => {
      await virsh(['snapshot-delete', '--domain', label, '--snapshotname', name], SNAPSHOT_LIMIT_MS);
    },
    snapshots: async (label) =>
      (await virsh(['snapshot-list', '--domain', label, '--name'])).split('\n').filter((line) => line.trim() !== ''),
  };
}

import { run } from '../../../process/run.ts';
import { vboxManage } from '../../../process/virtualbox.ts';
import type { MachineDriver, MachinePower } from './driver.ts';

/**
 * Everything of the provider that is VirtualBox's alone, by VBoxManage (Oracle VirtualBox User Guide, chapter "VBoxManage").
 * Written after recorded output; docs/virtualbox.md lists what has not been seen on a real one.
 */
const COMMAND_LIMIT_MS = 30_000;
const SNAPSHOT_LIMIT_MS = 300_000;

/** The words of `VMState` in `showvminfo --machinereadable`. */
const powers: Readonly<Record<string, MachinePower>> = {
  running: 'on',
  paused: 'paused',
  poweroff: 'off',
  aborted: 'off',
  saved: 'saved',
  'aborted-saved': 'saved',
  gurumeditation: 'off',
};

/** Name → value of `showvminfo --machinereadable`: lines of NAME="VALUE" or NAME=VALUE, names quoted where they have spaces. */
export function parseMachineInfo(output: string): Map<string, string> {
  const entries = output.split(/\r?\n/).flatMap((line) => {
    const [, name, value] = /^"?([^"=]+)"?="?(.*?)"?$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return new Map(entries);
}

/** Names of `VBoxManage list vms`: lines of "NAME" {UUID}. */
export function parseMachineList(output: string): string[] {
  return output.split(/\r?\n/).flatMap((line) => /^"(.*)" \{[\da-f-]+\}$/.exec(line)?.[1] ?? []);
}

/** Snapshots in `snapshot NAME list --machinereadable`; one without any ends with status 1 and says so. */
export function parseSnapshots(output: string): string[] {
  return [...parseMachineInfo(output)].flatMap(([name, value]) => (/^SnapshotName\b/.test(name) ? [value] : []));
}

export function virtualBoxDriver(program = vboxManage()): MachineDriver {
  const manage = (args: readonly string[], timeoutMs = COMMAND_LIMIT_MS): Promise<string> =>
    run(program, args, { timeoutMs, code: 'MACHINE_FAILED' });
  const info = async (label: string): Promise<Map<string, string>> =>
    parseMachineInfo(await manage(['showvminfo', label, '--machinereadable']));
  return {
    powers: async (labels) => {
      const known = new Set(parseMachineList(await manage(['list', 'vms'])));
      const found = await Promise.all(
        labels.map(async (label): Promise<[string, MachinePower]> => {
          if (!known.has(label)) return [label, 'missing'];
          return [label, powers[(await info(label)).get('VMState') ?? ''] ?? 'other'];
        }),
      );
      return new Map(found);
    },
    cutPower: async (label) => {
      await manage(['controlvm', label, 'poweroff']);
    },
    suspend: async (label) => {
      await manage(['controlvm', label, 'savestate'], SNAPSHOT_LIMIT_MS);
    },
    wake: async (label) => {
      await manage(['startvm', label, '--type', 'headless'], SNAPSHOT_LIMIT_MS);
    },
    pause: async (label) => {
      await manage(['controlvm', label, 'pause']);
    },
    resume: async (label) => {
      await manage(['controlvm', label, 'resume']);
    },
    setCable: async (label, { number }, isConnected) => {
      await manage(['controlvm', label, `setlinkstate${number}`, isConnected ? 'on' : 'off']);
    },
    cutCables: async (label, adapters) => {
      const about = await info(label);
      return adapters.filter(({ number }) => about.get(`cableconnected${number}`) === 'off');
    },
    takeSnapshot: async (label, name) => {
      await manage(['snapshot', label, 'take', name], SNAPSHOT_LIMIT_MS);
    },
    restoreSnapshot: async (label, name, wasOn) => {
      // A snapshot is restored to a machine that is off; starting it goes on from the saved memory.
      if (!['off', 'saved'].includes(powers[(await info(label)).get('VMState') ?? ''] ?? ''))
        await manage(['controlvm', label, 'poweroff']);
      await manage(['snapshot', label, 'restore', name], SNAPSHOT_LIMIT_MS);
      if (!wasOn) return;
      await manage(['startvm', label, '--type', 'headless'], SNAPSHOT_LIMIT_MS);
      await manage(['controlvm', label, 'pause']);
    },
    deleteSnapshot: async (label, name) => {
      await manage(['snapshot', label, 'delete', name], SNAPSHOT_LIMIT_MS);
    },
    snapshots: async (label) => {
      const about = await info(label);
      if (!about.has('CurrentSnapshotName')) return [];
      return parseSnapshots(await manage(['snapshot', label, 'list', '--machinereadable']));
    },
  };
}

import type { MachineDriver, MachinePower } from '../providers/vagrant/drivers/driver.ts';
import { isUnknown, vboxManager } from './manage.ts';
import type { Manage } from './manage.ts';
import { parseMachineInfo, parseMachineList, parseSnapshots, parseSshPlace, powerOf } from './output.ts';

/** Writing 1 GB of memory to a slow disk. */
const SNAPSHOT_LIMIT_MS = 300_000;

/** VirtualBox's machines through VBoxManage (Oracle VirtualBox User Guide, chapter "VBoxManage"). */
export function virtualBoxDriver(manage: Manage = vboxManager()): MachineDriver {
  const info = async (label: string): Promise<Map<string, string>> =>
    parseMachineInfo(await manage(['showvminfo', label, '--machinereadable']));
  const power = async (label: string): Promise<MachinePower> => powerOf(await info(label));
  const cutPower = async (label: string): Promise<void> => {
    await manage(['controlvm', label, 'poweroff']);
  };
  const wake = async (label: string): Promise<void> => {
    await manage(['startvm', label, '--type', 'headless'], SNAPSHOT_LIMIT_MS);
  };
  const pause = async (label: string): Promise<void> => {
    await manage(['controlvm', label, 'pause']);
  };
  return {
    powers: async (labels) => {
      const known = new Set(parseMachineList(await manage(['list', 'vms'])));
      const found = labels.map(async (label): Promise<[string, MachinePower]> => {
        if (!known.has(label)) return [label, 'missing'];
        // Removed since it was listed.
        return [label, await power(label).catch(orMissing)];
      });
      return new Map(await Promise.all(found));
    },
    cutPower,
    suspend: async (label) => {
      await manage(['controlvm', label, 'savestate'], SNAPSHOT_LIMIT_MS);
    },
    wake,
    pause,
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
    sshPlace: async (label) => parseSshPlace(await info(label)),
    takeSnapshot: async (label, name) => {
      await manage(['snapshot', label, 'take', name], SNAPSHOT_LIMIT_MS);
    },
    restoreSnapshot: async (label, name, wasOn) => {
      // A snapshot is restored to a machine that is off; starting it goes on from the saved memory.
      if (!['off', 'saved'].includes(await power(label))) await cutPower(label);
      await manage(['snapshot', label, 'restore', name], SNAPSHOT_LIMIT_MS);
      if (!wasOn) return;
      await wake(label);
      await pause(label);
    },
    deleteSnapshot: async (label, name) => {
      await manage(['snapshot', label, 'delete', name], SNAPSHOT_LIMIT_MS);
    },
    snapshots: async (label) => {
      // Asked for the snapshots of a machine without any, it fails.
      if (!(await info(label)).has('CurrentSnapshotName')) return [];
      return parseSnapshots(await manage(['snapshot', label, 'list', '--machinereadable']));
    },
  };
}

function orMissing(error: unknown): MachinePower {
  if (isUnknown(error)) return 'missing';
  throw error;
}

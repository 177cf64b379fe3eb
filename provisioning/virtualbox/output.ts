import type { MachinePower } from '../providers/vagrant/drivers/driver.ts';
import type { SshPlace } from '../providers/vagrant/ssh-config.ts';

/** What VBoxManage prints, read; pure. */

/** The words of `VMState` in `showvminfo --machinereadable`; every other one is a way from one state to another. */
const powers: Readonly<Record<string, MachinePower>> = {
  running: 'on',
  paused: 'paused',
  // It stands still for good, its process and memory are there: only cutting the power helps.
  gurumeditation: 'paused',
  poweroff: 'off',
  aborted: 'off',
  teleported: 'off',
  saved: 'saved',
  'aborted-saved': 'saved',
};

/**
 * Name → value of `showvminfo --machinereadable`: lines of NAME="VALUE" or NAME=VALUE, names quoted where they have spaces. What a
 * user wrote (descriptions of several lines) comes after what VirtualBox says, so the first of a name counts.
 */
export function parseMachineInfo(output: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of output.split(/\r?\n/)) {
    const [, name, value] = /^"?([^"=]+)"?="?(.*?)"?$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined && !entries.has(name))
      entries.set(name, value.replaceAll(/\\(["\\])/g, '$1'));
  }
  return entries;
}

export function powerOf(info: ReadonlyMap<string, string>): MachinePower {
  return powers[info.get('VMState') ?? ''] ?? 'other';
}

/** Names of `VBoxManage list vms`: lines of "NAME" {UUID}. */
export function parseMachineList(output: string): string[] {
  return output.split(/\r?\n/).flatMap((line) => /^"(.*)" \{[\da-f-]+\}$/.exec(line)?.[1] ?? []);
}

/** Snapshots in `snapshot NAME list --machinereadable`: a tree, whose branches are numbers in the name (SnapshotName-1-2). */
export function parseSnapshots(output: string): string[] {
  return [...parseMachineInfo(output)].flatMap(([name, value]) => (/^SnapshotName\b/.test(name) ? [value] : []));
}

/** Where the machine's SSH server is: the first adapter's rule that leads to port 22, as Forwarding(N)="NAME,tcp,IP,PORT,GUEST,22". */
export function parseSshPlace(info: ReadonlyMap<string, string>): SshPlace | undefined {
  for (const [name, value] of info) {
    if (!/^Forwarding\(\d+\)$/.test(name)) continue;
    const [, protocol, host = '', port, , inside] = value.split(',');
    if (protocol === 'tcp' && inside === '22')
      return { host: host === '' || host === '0.0.0.0' ? '127.0.0.1' : host, port: Number(port) };
  }
  return undefined;
}

/**
 * The version in `VBoxManage --version`, such as 7.0.20r163906 or 7.0.16_Debianr162802. Before it may come a warning about the
 * kernel module, with the kernel's version in it.
 */
export function parseVersion(output: string): string | undefined {
  return /^(\d+\.\d+\.\d+)(?=[_r\s]|$)/m.exec(output)?.[1];
}

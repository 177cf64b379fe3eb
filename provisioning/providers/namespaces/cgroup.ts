import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the cgroup v2 tree is mounted: /sys/fs/cgroup on most systems, /sys/fs/cgroup/unified on hybrid ones. */
export function cgroupRoot(mountinfo = readFileSync('/proc/self/mountinfo', 'utf8')): string | undefined {
  const line = mountinfo.split('\n').find((entry) => entry.includes(' - cgroup2 '));
  return line?.split(' ')[4];
}

/** The lab's group, one child group a node; undefined where the system has no cgroup v2 (then nodes cannot be frozen). */
export function labCgroup(labId: string): string | undefined {
  const root = cgroupRoot();
  return root === undefined ? undefined : join(root, `relevo-${labId}`);
}

export function createCgroup(path: string): void {
  mkdirSync(path, { recursive: true });
}

export function setFrozen(path: string, frozen: boolean): void {
  writeFileSync(join(path, 'cgroup.freeze'), frozen ? '1' : '0');
}

/** Field of cgroup.events: `populated` or `frozen`. */
export function cgroupEvent(path: string, field: 'populated' | 'frozen'): boolean {
  return readFileSync(join(path, 'cgroup.events'), 'utf8').split('\n').includes(`${field} 1`);
}

const POLL_MS = 5;
const REMOVAL_MS = 3000;

/** Kills whatever still runs in the lab's groups and removes them; rejects if it cannot. Other labs' groups are never looked at. */
export async function removeLabCgroup(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const children = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const groups = [...children.map((entry) => join(path, entry.name)), path];
  const end = Date.now() + REMOVAL_MS;
  for (const group of groups) {
    while (!tryRemove(group)) {
      if (Date.now() > end) throw new Error(`The cgroup ${group} could not be removed: something in it does not die.`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

function tryRemove(group: string): boolean {
  try {
    if (cgroupEvent(group, 'populated')) writeFileSync(join(group, 'cgroup.kill'), '1');
    rmdirSync(group);
    return true;
  } catch {
    return !existsSync(group);
  }
}

import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ProcessRecord {
  readonly pid: number;
  /** Since boot, in ticks: tells a process from a later one with the same pid. */
  readonly startTime: string;
  readonly parent: number;
  /** One letter, as proc(5) has it. */
  readonly state: string;
  readonly command: string;
  readonly environment: string;
  readonly cgroup: string;
  /** As `net:[4026531840]`. */
  readonly namespaces: readonly string[];
}

/** Everything on a machine that a lab could leave behind, or take away. */
export interface Census {
  readonly processes: readonly ProcessRecord[];
  readonly namespaces: ReadonlySet<string>;
  readonly mounts: ReadonlySet<string>;
  readonly cgroups: ReadonlySet<string>;
  readonly interfaces: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
}

export async function takeCensus(): Promise<Census> {
  const [processes, mounts, cgroups, interfaces, tables] = await Promise.all([
    takeProcesses(),
    takeMounts(),
    takeCgroups(),
    takeInterfaces(),
    takeTables(),
  ]);
  return {
    processes,
    namespaces: new Set(processes.flatMap((one) => one.namespaces)),
    mounts,
    cgroups,
    interfaces,
    tables,
  };
}

async function takeProcesses(): Promise<ProcessRecord[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const records = await Promise.all(pids.map((pid) => takeProcess(Number(pid)).catch(() => undefined)));
  return records.filter((record) => record !== undefined);
}

async function takeProcess(pid: number): Promise<ProcessRecord | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [state = '?', parent = '0', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Zombies wait for a parent that may be nobody of ours.
  if (state === 'Z') return undefined;
  const startTime = rest[17] ?? '';
  const [command = '', environment = '', cgroup = ''] = await Promise.all(
    ['cmdline', 'environ', 'cgroup'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
  );
  const names = ['mnt', 'net', 'pid', 'uts', 'ipc'];
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/ns/${name}`).catch(() => '')));
  const namespaces = links.filter((link) => link !== '');
  return {
    state,
    pid,
    startTime,
    parent: Number(parent),
    command: command.replaceAll('\0', ' ').trim(),
    environment,
    cgroup,
    namespaces,
  };
}

async function takeMounts(): Promise<Set<string>> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).trim().split('\n');
  // Mount and parent ids change; the place, the kind and the source do not.
  return new Set(lines.map((line) => line.replace(/^\d+ \d+ /, '')));
}

async function takeCgroups(): Promise<Set<string>> {
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8');
  const root = mountinfo
    .split('\n')
    .find((line) => line.includes(' - cgroup2 '))
    ?.split(' ')[4];
  if (root === undefined) return new Set();
  const { stdout } = await run('find', [root, '-type', 'd'], { maxBuffer: 16 * 1024 * 1024 }).catch(() => ({
    stdout: '',
  }));
  return new Set(stdout.trim().split('\n'));
}

async function takeInterfaces(): Promise<Set<string>> {
  const { stdout } = await run('ip', ['-o', 'link', 'show']);
  return new Set([...stdout.matchAll(/^\d+: ([^:@]+)/gm)].map(([, name]) => name ?? ''));
}

async function takeTables(): Promise<Set<string>> {
  // A machine without nft has no table of ours either.
  const { stdout } = await run('nft', ['list', 'tables']).catch(() => ({ stdout: '' }));
  return new Set(
    stdout
      .trim()
      .split('\n')
      .filter((line) => line !== ''),
  );
}

/** Processes that carry the mark (our state directory) in their command or environment, and all that descend from them. */
export function descendantsOf(mark: string, processes: readonly ProcessRecord[]): ProcessRecord[] {
  const ours = new Set(
    processes.filter((one) => `${one.command}${one.environment}`.includes(mark)).map((one) => one.pid),
  );
  for (let before = -1; before !== ours.size;) {
    before = ours.size;
    for (const one of processes) if (ours.has(one.parent)) ours.add(one.pid);
  }
  return processes.filter((one) => ours.has(one.pid) && one.pid !== process.pid);
}

/** What one lab has been seen to use, over several looks. */
export class Belongings {
  readonly #mark: string;
  readonly #processes = new Map<number, string>();
  readonly #cgroups = new Set<string>();
  readonly #before: Census;

  /** @param before what was there before the lab: none of it is the lab's */
  constructor(mark: string, before: Census) {
    this.#mark = mark;
    this.#before = before;
  }

  note(census: Census): void {
    for (const one of descendantsOf(this.#mark, census.processes)) {
      this.#processes.set(one.pid, one.startTime);
      const group = /^0::(\/.+)$/m.exec(one.cgroup)?.[1];
      if (group?.includes('relevo')) this.#cgroups.add(group);
    }
  }

  /** What of it is still there. */
  leftIn(census: Census): string[] {
    const alive = census.processes.filter((one) => this.#processes.get(one.pid) === one.startTime);
    const marked = descendantsOf(this.#mark, census.processes);
    return [
      ...[...new Set([...alive, ...marked])].map(
        (one) => `process ${one.pid} (${one.state}, child of ${one.parent}): ${one.command}`,
      ),
      ...[...this.#cgroups].flatMap((group) => [...census.cgroups].filter((path) => path.endsWith(group))),
      ...[...census.mounts].filter((mount) => mount.includes(this.#mark)).map((mount) => `mount ${mount}`),
    ];
  }

  /**
   * Namespaces, and mounts, cgroups, interfaces and tables in the machine's own namespaces, that are new. The kernel gives the
   * numbers of namespaces out again, so this says something only while nobody else makes any.
   */
  addedIn(census: Census): string[] {
    return differences(census, this.#before);
  }

  /** Those that were there before and are not any more. */
  missingIn(census: Census): string[] {
    return differences(this.#before, census);
  }
}

function differences(here: Census, there: Census): string[] {
  const kinds = ['namespaces', 'mounts', 'cgroups', 'interfaces', 'tables'] as const;
  return kinds.flatMap((kind) =>
    [...here[kind]].filter((one) => !there[kind].has(one)).map((one) => `${kind}: ${one}`),
  );
}

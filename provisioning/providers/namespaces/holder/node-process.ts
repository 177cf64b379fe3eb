import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { deferred } from '../../../process/deferred.ts';
import { mountTable } from './mount-table.ts';
import type { MountTableOptions } from './mount-table.ts';
import { nodeInitScript } from './node-init.ts';

export interface NodeProcessOptions extends MountTableOptions {
  readonly name: string;
  readonly ownProc: string;
  readonly cgroup: string | undefined;
}

/** Both numbers of a node's process 1: on the machine, and in the holder's process namespace. */
export interface NodePids {
  readonly host: number;
  readonly holder: number;
}

/** A node's namespaces, alive as long as its process 1. */
export interface NodeProcess {
  readonly pids: Promise<NodePids>;
  /** Exit status of the boot script. */
  readonly booted: Promise<number>;
  readonly exited: Promise<void>;
  /** Tells the node that its cables are in. */
  plugged(): void;
}

export async function spawnNode(options: NodeProcessOptions): Promise<NodeProcess> {
  await Promise.all(['upper', 'work', 'root'].map((name) => mkdir(join(options.disk, name), { recursive: true })));
  await writeFile(join(options.disk, 'mounts'), mountTable(options));
  const console = openSync(join(options.disk, 'console.log'), 'a');
  const namespaces = [
    '--mount',
    '--pid',
    '--fork',
    '--uts',
    '--ipc',
    '--net',
    '--propagation',
    'private',
    '--kill-child',
  ];
  // --norc: bash takes a socket on standard input, which Node's pipes are, for a remote login and would read the user's .bashrc.
  const child = spawn('unshare', [...namespaces, 'bash', '--norc', '-c', nodeInitScript, 'init'], {
    stdio: ['pipe', console, console, 'pipe'],
    env: environment(options),
  });
  closeSync(console);
  return watch(child, options.name);
}

function environment(options: NodeProcessOptions): NodeJS.ProcessEnv {
  return {
    LANG: 'C.UTF-8',
    HOME: '/root',
    RELEVO_DISK: options.disk,
    RELEVO_HOSTNAME: options.name,
    RELEVO_CGROUP: options.cgroup ?? '',
    RELEVO_PROC: options.ownProc,
  };
}

function watch(child: ChildProcess, name: string): NodeProcess {
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const pids = deferred<NodePids>();
  const booted = deferred<number>();
  createInterface({ input: child.stdio[3] as Readable }).on('line', (line) => {
    const [word, ...numbers] = line.split(' ');
    const [first = Number.NaN, second = Number.NaN] = numbers.map(Number);
    if (word === 'pid') pids.resolve({ host: first, holder: second });
    if (word === 'booted') booted.resolve(first);
  });
  const died = async (): Promise<void> => {
    await exited;
    const error = new Error(`The node "${name}" ended before it was up; see its console.log.`);
    pids.reject(error);
    booted.reject(error);
  };
  for (const promise of [pids.promise, booted.promise]) promise.catch(() => undefined);
  void died();
  const input = child.stdin as Writable;
  input.on('error', () => undefined);
  return { pids: pids.promise, booted: booted.promise, exited, plugged: () => void input.end('plugged\n') };
}

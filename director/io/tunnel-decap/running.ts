import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from '../paths.ts';

/** While a decapsulator runs: its process and its device, for start scripts and for people who ask. */
const pidFile = join(paths.runDirectory, 'decap.pid');

export interface RunningDecapsulator {
  readonly pid: number;
  readonly device: string;
}

/** Writes down that this process is one. It stays when the process ends, which nothing but a signal brings about. */
export function noteDecapsulator(device: string): void {
  mkdirSync(paths.runDirectory, { recursive: true });
  writeFileSync(pidFile, `${process.pid}\n${device}\n`);
}

/** The one on this node; undefined when there is none, or only what one that has ended left. */
export function runningDecapsulator(): RunningDecapsulator | undefined {
  try {
    const [pid = '', device = ''] = readFileSync(pidFile, 'utf8').split('\n');
    const command = readFileSync(`/proc/${Number(pid)}/cmdline`, 'utf8').split('\0');
    return command.includes('decap') ? { pid: Number(pid), device } : undefined;
  } catch {
    return undefined;
  }
}

import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

/** Milliseconds that all threads of these processes have run so far (proc(5), /proc/PID/schedstat: nanoseconds). */
export async function milliseconds(processes) {
  let sum = 0;
  for (const pid of processes) {
    for (const thread of await readdir(`/proc/${pid}/task`).catch(() => [])) {
      const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0');
      sum += Number(text.split(' ')[0]) / 1e6;
    }
  }
  return sum;
}

/** The kernel's threads for network work that nobody's time slice took. */
export async function softInterruptThreads() {
  const found = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (name.startsWith('ksoftirqd/')) found.push(pid);
  }
  return found;
}

/**
 * Runs a command before everything that is not of the real-time class (sched(7)), for so long that the kernel does not yet give
 * the others their share: it does after 0.95 s. The command must end well when interrupted.
 */
export const realTimeRunner = ['timeout', '-s', 'INT', '0.8', 'chrt', '-f', '1'];

/** Puts all threads of these processes into the real-time class, or back. */
export function setRealTime(processes, isRealTime) {
  const policy = isRealTime ? ['-f', '-p', '1'] : ['-o', '-p', '0'];
  for (const pid of processes) execFileSync('chrt', ['-a', ...policy, pid]);
}

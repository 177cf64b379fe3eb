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

import { readFileSync } from 'node:fs';

/**
 * When a process began, in clock ticks since boot (proc(5), field 22 of stat): with the pid it names one process for good,
 * because the kernel gives pids out again. Undefined when there is no such process, or no way to tell (not Linux).
 */
export function processStartTime(pid: number): string | undefined {
  return readStat(pid)?.startTime;
}

/** Whether the process that was noted down is still the one that runs under this pid. */
export function isSameProcess(pid: number, startTime: string | undefined): boolean {
  if (!isAlive(pid)) return false;
  const now = readStat(pid);
  if (now === undefined || startTime === undefined) return true;
  return now.startTime === startTime && now.state !== 'Z' && now.state !== 'X';
}

interface ProcessStat {
  /** One letter; Z is dead and not yet buried by its parent. */
  readonly state: string;
  readonly startTime: string;
}

function readStat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name, in parentheses, may hold spaces and parentheses itself: count fields after the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTime: fields[START_TIME_AFTER_NAME] ?? '' };
  } catch {
    return undefined;
  }
}

/** Field 22 counted from field 3, the first after the command's name. */
const START_TIME_AFTER_NAME = 22 - 3;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

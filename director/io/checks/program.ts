import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ProgramEnd } from '../../engine/checks/dialogues/programs.ts';
import { errorCode, errorMessage } from '../errors.ts';

/** After SIGTERM a program has so long, in milliseconds, before SIGKILL; as in keepalived. */
const graceMs = 2000;
const mostOutput = 4096;

export interface RunningProgram {
  /** Ends the whole process group: SIGTERM, and SIGKILL later, or at once when `now`. No `done` comes after it. */
  end(now: boolean): void;
}

export type ProgramOutcome = ProgramEnd | { readonly problem: string };

/** Runs a program without a shell, in a process group of its own, with nothing on its standard input. `done` comes once. */
export function runProgram(
  command: readonly string[],
  user: string | undefined,
  done: (outcome: ProgramOutcome) => void,
): RunningProgram {
  const [file = '', ...words] = command;
  let who: { uid?: number; gid?: number };
  try {
    who = user === undefined ? {} : findUser(user);
  } catch (error) {
    setImmediate(done, { problem: errorMessage(error) });
    return { end: () => undefined };
  }
  const child = spawn(file, words, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], cwd: '/', ...who });
  let output = '';
  const collect = (part: Buffer): void => {
    output = `${output}${part.toString('latin1')}`.slice(0, mostOutput);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  let over = false;
  const finish = (outcome: ProgramOutcome): void => {
    if (over) return;
    over = true;
    // A grandchild may hold the pipes for ever: what the program itself said is all that counts.
    child.stdout.destroy();
    child.stderr.destroy();
    done(outcome);
  };
  child.once('error', (error) => finish({ problem: startProblem(file, error) }));
  // The last output is in the pipe when the exit is reported; one turn later it has been read.
  child.once('exit', (code, signal) =>
    setImmediate(finish, { output, ...(code === null ? { signal: signal ?? 'a signal' } : { code }) }),
  );
  return {
    end: (now) => {
      over = true;
      const { pid } = child;
      if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      signalGroup(pid, now ? 'SIGKILL' : 'SIGTERM');
      child.stdout.destroy();
      child.stderr.destroy();
      if (!now) setTimeout(signalGroup, graceMs, pid, 'SIGKILL').unref();
    },
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

function startProblem(file: string, error: Error): string {
  const words: Record<string, string> = { ENOENT: 'does not exist', EACCES: 'may not be executed' };
  return `${file} ${words[errorCode(error) ?? ''] ?? `cannot be run: ${error.message}`}`;
}

/** `USER` or `USER:GROUP`, by name or number. */
function findUser(text: string): { uid: number; gid: number } {
  const [name = '', group] = text.split(':');
  const [, , uid, gid] = findLine('/etc/passwd', name, 2);
  const ownGroup = group === undefined ? gid : findLine('/etc/group', group, 2)[2];
  return { uid: Number(uid), gid: Number(ownGroup) };
}

function findLine(file: string, wanted: string, numberAt: number): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const found = lines
    .map((line) => line.split(':'))
    .find((fields) => fields[0] === wanted || fields[numberAt] === wanted);
  if (!found) throw new Error(`${wanted} is not in ${file}`);
  return found;
}

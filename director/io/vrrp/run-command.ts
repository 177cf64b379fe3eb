import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Command } from '../../engine/vrrp/configuration.ts';
import type { ScriptResult } from '../../engine/vrrp/script.ts';

/** Between asking a program to end and making it. */
const graceMs = 2000;

export interface RunningCommand {
  /** Resolves at the time limit even when the program goes on; never rejects. */
  readonly ended: Promise<ScriptResult>;
  /** Ends it and whatever it has started. */
  kill(): void;
}

/**
 * Runs a program without a shell, in a process group of its own and with nothing to read. After `limitMs` it has failed:
 * the group gets SIGTERM, and SIGKILL two seconds later.
 */
export function runCommand(command: Command, limitMs: number): RunningCommand {
  const [program = '', ...parameters] = command.words;
  let account: { uid?: number; gid?: number };
  try {
    account = accountOf(command);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ended: Promise.resolve({ ok: false, detail }), kill: () => undefined };
  }
  const child = spawn(program, parameters, { detached: true, stdio: 'ignore', cwd: '/', ...account });
  const signal = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // It has ended by itself.
    }
  };
  let force: NodeJS.Timeout | undefined;
  const ended = new Promise<ScriptResult>((resolve) => {
    const limit = setTimeout(() => {
      resolve({ ok: false, detail: `no result within ${limitMs / 1000} s` });
      signal('SIGTERM');
      force = setTimeout(() => signal('SIGKILL'), graceMs);
    }, limitMs);
    const end = (result: ScriptResult): void => {
      clearTimeout(limit);
      clearTimeout(force);
      resolve(result);
    };
    child.once('error', (error) => end({ ok: false, detail: error.message }));
    child.once('exit', (code, by) =>
      end({ ok: code === 0, detail: by === null ? `exit status ${String(code)}` : `ended by ${by}` }),
    );
  });
  return { ended, kill: () => signal('SIGKILL') };
}

/** Numbers of a user and group given by name or number. Throws for names that the machine does not know. */
function accountOf({ user, group }: Command): { uid?: number; gid?: number } {
  if (user === undefined) return {};
  const [, , uid, primary] = entryOf('/etc/passwd', user);
  const gid = group === undefined ? primary : entryOf('/etc/group', group)[2];
  return { uid: Number(uid), gid: Number(gid) };
}

function entryOf(file: string, name: string): string[] {
  const entries = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const entry = entries.find((fields) => fields[0] === name) ?? entries.find((fields) => fields[2] === name);
  if (!entry) throw new Error(`${file} has no "${name}"`);
  return entry;
}

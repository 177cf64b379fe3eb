import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DirectorError, errorMessage } from '../io/errors.ts';
import { paths } from '../io/paths.ts';
import { ownCommand } from '../io/program.ts';

/** The child's only word to the process that started it. */
export type DaemonNews =
  { readonly ready: true } | { readonly error: { readonly code: string; readonly message: string } };

/** Says how the start went to the process that waits for it; nothing happens where nobody does. */
export function tellParent(news: DaemonNews): void {
  if (!process.send || !process.connected) return;
  process.send(news, () => {
    if (process.connected) process.disconnect();
  });
}

/**
 * Starts this same program detached, with its log in a file, and returns its process id once it answers on its socket.
 * Throws DirectorError with the reason why it did not start.
 */
export function startDaemon(configFile: string, more: readonly string[] = []): Promise<number> {
  const log = openLog();
  const { program, parameters } = ownCommand();
  const child = spawn(program, [...parameters, 'run', '--foreground', '--config', configFile, ...more], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => {
      const how = signal ?? `status ${status ?? 0}`;
      reject(new DirectorError('start-failed', `The director ended while it started (${how}); see ${paths.logFile}`));
    });
    child.once('message', (news: DaemonNews) => {
      if ('error' in news) reject(new DirectorError(news.error.code, news.error.message));
      else resolve(child.pid ?? 0);
      child.disconnect();
      child.unref();
    });
  });
}

function openLog(): number {
  try {
    mkdirSync(dirname(paths.logFile), { recursive: true });
    return openSync(paths.logFile, 'a', 0o640);
  } catch (error) {
    throw new DirectorError('log-unwritable', `Cannot write the log ${paths.logFile}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

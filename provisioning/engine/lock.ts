import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RelevoError } from '../contract/index.ts';

/** Held as long as this process lives; the kernel lets go of it, however the process ends. */
export interface EngineLock {
  release(): void;
}

/** An engine that is about to end keeps its lock for a moment; one that started it on demand may come in that moment. */
const PATIENCE_MS = 1500;
const RETRY_MS = 25;

/** Makes this process the only engine of the state directory, or throws ENGINE_RUNNING. */
export async function lockStateDirectory(stateDirectory: string): Promise<EngineLock> {
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  const name = lockName(realpathSync.native(stateDirectory));
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const server = await tryListen(name);
    if (server !== undefined) return { release: () => void server.close() };
    if (performance.now() > deadline) throw alreadyRunning(stateDirectory);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/**
 * A name that dies with the process: an abstract socket on Linux, a named pipe on Windows; else a socket file, probed for life.
 * The file is in the folder for such, because a socket's path has at most 103 octets on macOS, and a state directory may be deep.
 * Exported for its test.
 */
export function lockName(directory: string, platform: NodeJS.Platform = process.platform, folder = tmpdir()): string {
  const digest = createHash('sha256').update(directory).digest('hex').slice(0, 32);
  if (platform === 'linux') return `\0relevo-engine-${process.getuid?.() ?? 0}-${digest}`;
  if (platform === 'win32') return `\\\\.\\pipe\\relevo-engine-${digest}`;
  return join(folder, `relevo-${digest}.lock`);
}

async function tryListen(name: string): Promise<Server | undefined> {
  const isFile = process.platform !== 'linux' && process.platform !== 'win32';
  if (isFile && !(await answers(name))) rmSync(name, { force: true });
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy()).unref();
    server.once('listening', () => resolve(server));
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(name);
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function alreadyRunning(stateDirectory: string): RelevoError {
  return new RelevoError('ENGINE_RUNNING', `A lab engine already serves ${stateDirectory}.`, {
    hint: 'Use that one, end it with "relevo stop", or set RELEVO_STATE to another directory for a second one.',
  });
}

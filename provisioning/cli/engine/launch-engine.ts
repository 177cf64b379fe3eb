import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join, parse as parsePath } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { RelevoError, rpcErrorSchema } from '../../contract/error.ts';
import type { Locations } from '../locations.ts';

/** The first after stdin, stdout and stderr: a pipe on which the engine says that it is ready, or why not. */
const READY_DESCRIPTOR = 3;

/**
 * Starts an engine of its own session, which outlives this command and ends by itself when nobody needs it. Resolves when it
 * answers; rejects with its own error when it cannot start.
 */
export async function launchEngine(locations: Locations): Promise<void> {
  mkdirSync(locations.state, { recursive: true, mode: 0o700 });
  const log = openSync(join(locations.state, 'engine.log'), 'a', 0o600);
  const engine = spawn(
    process.execPath,
    [locations.program, 'serve', '--on-demand', '--ready-descriptor', String(READY_DESCRIPTOR)],
    {
      detached: true,
      // Standing in a directory would keep its file system from being unmounted.
      cwd: parsePath(locations.state).root,
      // Windows would open a terminal for it.
      windowsHide: true,
      stdio: ['ignore', log, log, 'pipe'],
      env: { ...process.env, RELEVO_STATE: locations.state, RELEVO_CACHE: locations.cache },
    },
  );
  closeSync(log);
  engine.unref();
  const failed = new Promise<never>((_resolve, reject) => {
    engine.once('error', (cause) => reject(notStarted(locations, cause.message)));
  });
  await Promise.race([failed, readiness(engine, locations)]);
}

/** Whatever the engine wrote on the pipe before it closed it, or ended. */
async function readiness(engine: ChildProcess, locations: Locations): Promise<void> {
  const report = await text(engine.stdio[READY_DESCRIPTOR] as Readable);
  if (report === 'ready') return;
  const error = rpcErrorSchema.safeParse(parse(report));
  if (error.success) throw new RelevoError(error.data.code, error.data.message, error.data.detail);
  throw notStarted(locations, 'it ended before it was ready');
}

function parse(report: string): unknown {
  try {
    return JSON.parse(report);
  } catch {
    return undefined;
  }
}

function notStarted(locations: Locations, cause: string): RelevoError {
  return new RelevoError('ENGINE_UNREACHABLE', 'The lab engine could not be started.', {
    cause,
    hint: `Look into ${join(locations.state, 'engine.log')}.`,
  });
}

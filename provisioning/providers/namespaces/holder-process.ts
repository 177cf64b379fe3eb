import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { RelevoError } from '../../contract/index.ts';
import { awaitDeath, isAlive, killProcess } from '../../process/identity.ts';
import type { ProcessIdentity } from '../../process/identity.ts';
import { createCgroup } from './cgroup.ts';
import type { HolderSpecification } from './holder/specification.ts';
import { HolderClient } from './holder-client.ts';

const identitySchema = z.object({ pid: z.number().int(), startTime: z.string() });
/** No node's name begins with a dot. */
const HOLDER_GROUP = '.holder';
const CONNECT_LIMIT_MS = 10_000;
const POLL_MS = 5;
const DEATH_LIMIT_MS = 5000;
/** sun_path of unix(7) holds 108 bytes with the closing zero. */
const SOCKET_PATH_LIMIT = 107;

const socketPath = (directory: string): string => join(directory, 'holder.sock');

/** Starts a holder, detached: it is nobody's child once this engine has ended. */
export async function launchHolder(specification: HolderSpecification, program: string): Promise<HolderClient> {
  const { directory } = specification.lab;
  checkSocketPath(directory);
  const file = join(directory, 'holder-specification.json');
  await writeFile(file, JSON.stringify(specification, null, 2));
  const log = openSync(join(directory, 'holder.log'), 'a');
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--propagation', 'private', '--kill-child'];
  const holder = ['unshare', ...namespaces, process.execPath, program, file];
  const [first = '', ...rest] = [...enterCgroup(specification.cgroup), ...holder];
  const child = spawn(first, rest, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  const exited = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', () => void holderFailure(directory).then(reject));
  });
  return Promise.race([connectWithin(directory, CONNECT_LIMIT_MS), exited]);
}

/**
 * The holder is in the lab's cgroup before it is anything else: whoever removes that group finds it, also in the moment
 * before it has written down its number.
 */
function enterCgroup(cgroup: string | undefined): string[] {
  if (cgroup === undefined) return [];
  const group = join(cgroup, HOLDER_GROUP);
  createCgroup(group);
  return ['sh', '-c', 'echo 0 > "$0" && exec "$@"', join(group, 'cgroup.procs')];
}

/** The way to a holder that is already there; undefined when it is dead. Rejects when it lives and does not answer. */
export async function findHolder(directory: string): Promise<HolderClient | undefined> {
  const identity = await readIdentity(directory);
  if (identity === undefined || !isAlive(identity)) return undefined;
  return connectWithin(directory, CONNECT_LIMIT_MS);
}

/** Ends a holder, whatever it is doing; the kernel removes its lab. Resolves when it is dead. */
export async function endHolder(directory: string): Promise<void> {
  const identity = await readIdentity(directory);
  if (identity === undefined) return;
  killProcess(identity);
  if (!(await awaitDeath(identity, DEATH_LIMIT_MS))) {
    throw new RelevoError('INTERNAL', `The holder process ${identity.pid} did not end.`, {
      hint: 'Try again in a moment.',
    });
  }
}

async function readIdentity(directory: string): Promise<ProcessIdentity | undefined> {
  try {
    return identitySchema.parse(JSON.parse(await readFile(join(directory, 'holder.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

async function connectWithin(directory: string, limitMs: number): Promise<HolderClient> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      return await HolderClient.connect(socketPath(directory));
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

async function holderFailure(directory: string): Promise<RelevoError> {
  const output = await readFile(join(directory, 'holder.log'), 'utf8').catch(() => '');
  return new RelevoError('HOLDER_LOST', 'The process that holds the lab ended while it was starting.', {
    step: 'Start the holder',
    output: output.trim().split('\n').slice(-10).join('\n'),
    cause: 'This machine may not allow namespaces or overlay mounts, for instance inside a container.',
    hint: 'Run "relevo up" on a Linux machine or virtual machine of your own, as root.',
  });
}

function checkSocketPath(directory: string): void {
  const length = Buffer.byteLength(socketPath(directory));
  if (length <= SOCKET_PATH_LIMIT) return;
  throw new RelevoError(
    'INVALID_INPUT',
    `The state directory's path is too long for a socket: ${length} bytes of at most ${SOCKET_PATH_LIMIT}.`,
    {
      hint: 'Set RELEVO_STATE to a shorter path.',
    },
  );
}

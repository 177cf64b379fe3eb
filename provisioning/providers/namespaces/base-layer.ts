import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { RelevoError } from '../../contract/index.ts';
import { identify, isAlive } from '../../process/identity.ts';
import type { PrepareProgress } from '../provider.ts';
import { baseLayerScript } from './base-layer-script.ts';
import { parseAptStatus } from './apt-status.ts';

/** Measured: 300 MiB with the TFG's packages; the rest is room for apt's downloads while they are unpacked. */
const NEEDED_BYTES = 700 * 1024 * 1024;
const BUILDING = '.building-';
const OUTPUT_LINES = 30;

export interface Machine {
  /** /etc/os-release. */
  readonly osRelease: string;
  /** Changes with every package that is installed, upgraded or removed: a layer stands on what was there. */
  readonly packageStatus: string;
  readonly architecture: string;
}

/** Changes when the packages, the machine's own packages or the way of building change; then a new layer is built. */
export function baseLayerKey(packages: readonly string[], { osRelease, packageStatus, architecture }: Machine): string {
  const release = osRelease.split('\n').filter((line) => /^(ID|VERSION_ID)=/.test(line));
  const material = JSON.stringify([[...packages].sort(), release.sort(), packageStatus, architecture, baseLayerScript]);
  return createHash('sha256').update(material).digest('hex').slice(0, 16);
}

export interface BaseLayerRequest {
  readonly directory: string;
  readonly packages: readonly string[];
  readonly onProgress: (progress: PrepareProgress) => void;
  readonly signal: AbortSignal;
}

const building = new Map<string, Promise<unknown>>();

/** The layer for these packages: found, or built now. Nothing half-made stays behind. */
export async function ensureBaseLayer(request: BaseLayerRequest): Promise<{ built: boolean; base: string }> {
  const base = join(request.directory, baseLayerKey(request.packages, await thisMachine()));
  const isThere = (): boolean => existsSync(join(base, 'manifest.json'));
  // Whoever is building it may fail or be cancelled; then it is our turn.
  for (let other = building.get(base); other !== undefined; other = building.get(base))
    await other.catch(() => undefined);
  if (isThere()) return { built: false, base };
  const own = buildInto(base, request);
  building.set(base, own);
  try {
    await own;
    return { built: true, base };
  } finally {
    building.delete(base);
  }
}

async function thisMachine(): Promise<Machine> {
  const [osRelease, packageStatus] = await Promise.all([
    readFile('/etc/os-release', 'utf8'),
    readFile('/var/lib/dpkg/status').catch(() => ''),
  ]);
  return { osRelease, packageStatus: createHash('sha256').update(packageStatus).digest('hex'), architecture: arch() };
}

async function buildInto(base: string, request: BaseLayerRequest): Promise<void> {
  const layer = join(
    request.directory,
    `${BUILDING}${process.pid}-${identify(process.pid)?.startTime ?? '0'}-${basename(base)}`,
  );
  try {
    await mkdir(request.directory, { recursive: true });
    await checkSpace(request.directory);
    await Promise.all(['upper', 'work', 'merged'].map((name) => mkdir(join(layer, name), { recursive: true })));
    await build(layer, request);
    const manifest = { packages: [...request.packages].sort(), builtAt: new Date().toISOString() };
    await writeFile(join(layer, 'manifest.json'), JSON.stringify(manifest, null, 2));
    await rename(layer, base).catch(acceptAnother);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull(request.directory, String(error)) : error;
  } finally {
    await rm(layer, { recursive: true, force: true });
  }
}

/** Another engine with the same cache was faster: its layer is as good. */
function acceptAnother(error: unknown): void {
  if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
}

/** Removes what builders that no longer live have left. */
export async function tidyBaseLayers(directory: string): Promise<void> {
  const entries = existsSync(directory) ? await readdir(directory) : [];
  for (const entry of entries.filter((name) => name.startsWith(BUILDING))) {
    const [pid, startTime] = entry.slice(BUILDING.length).split('-');
    const builder = { pid: Number(pid), startTime: startTime ?? '' };
    if (!isAlive(builder)) await rm(join(directory, entry), { recursive: true, force: true });
  }
}

async function checkSpace(directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize >= NEEDED_BYTES) return;
  throw diskFull(
    directory,
    `${Math.floor((bavail * bsize) / 1048576)} MiB are free, ${NEEDED_BYTES / 1048576} MiB are needed.`,
  );
}

function diskFull(directory: string, cause: string): RelevoError {
  return new RelevoError('DISK_FULL', `There is not enough room for the base layer in ${directory}.`, {
    step: 'Build the base layer',
    cause,
    hint: 'Free some space there, or set RELEVO_CACHE to a directory on a larger disk, and start again.',
  });
}

async function build(layer: string, request: BaseLayerRequest): Promise<void> {
  // setpriv: should this engine be killed, the builder dies with it; its namespaces and mounts then vanish.
  const namespaces = [
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--ipc',
    '--uts',
    '--propagation',
    'private',
    '--kill-child',
  ];
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', ...namespaces, 'bash', '-c', baseLayerScript, 'relevo-base', layer, ...request.packages],
    {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    },
  );
  const cancel = (): void => void child.kill('SIGKILL');
  request.signal.addEventListener('abort', cancel, { once: true });
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) keepTail(stream as Readable, tail);
  watchApt(child.stdio[3] as Readable, request.onProgress);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  request.signal.removeEventListener('abort', cancel);
  if (request.signal.aborted) throw new RelevoError('CANCELLED', 'Building the base layer was cancelled.');
  if (exitCode !== 0) throw buildFailure(layer, exitCode, tail.join('\n'));
}

function keepTail(stream: Readable, tail: string[]): void {
  createInterface({ input: stream }).on('line', (line) => {
    tail.push(line);
    if (tail.length > OUTPUT_LINES) tail.shift();
  });
}

function watchApt(stream: Readable, onProgress: (progress: PrepareProgress) => void): void {
  createInterface({ input: stream }).on('line', (line) => {
    const progress = parseAptStatus(line);
    if (progress !== undefined) onProgress(progress);
  });
}

function buildFailure(layer: string, exitCode: number | null, output: string): RelevoError {
  if (/No space left on device|enough free space/.test(output))
    return diskFull(layer, 'The disk filled up while packages were unpacked.');
  return new RelevoError('BASE_LAYER_FAILED', 'The base layer of the nodes could not be built.', {
    step: 'Build the base layer',
    command: 'apt-get install',
    output,
    ...(exitCode === null ? {} : { exitCode }),
    cause: /Could not resolve|Failed to fetch|Unable to fetch/.test(output)
      ? 'The package archive could not be reached.'
      : 'apt-get did not finish; its last lines are shown.',
    hint: 'Check that "apt-get update" works on this machine, then start again.',
  });
}

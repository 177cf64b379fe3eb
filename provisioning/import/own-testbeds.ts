import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { listTestbeds } from '../../testbeds/load.ts';
import type { WrittenTestbed } from '../../testbeds/unresolve.ts';
import { RelevoError } from '../contract/error.ts';
import { testbedOriginSchema } from '../contract/import.ts';
import type { TestbedOrigin } from '../contract/import.ts';

const originName = 'origin.json';

/** Ids of the imported testbeds; none when there never was one. */
export async function listOwnTestbeds(directory: string): Promise<string[]> {
  return listTestbeds(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unusable(directory, error);
  });
}

/** Undefined when nothing tells, or when it is damaged: the testbed is no worse for it. */
export async function originOf(directory: string, id: string): Promise<TestbedOrigin | undefined> {
  const text = await readFile(join(directory, id, originName), 'utf8').catch(() => '');
  try {
    return testbedOriginSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export interface NewTestbed {
  readonly written: WrittenTestbed;
  readonly origin: TestbedOrigin;
  /** In the place of the one that has its id. */
  readonly replace: boolean;
}

/**
 * Saves a testbed whole or not at all: it is written beside its place and then moved there, and what it replaces is deleted last.
 * @throws RelevoError TESTBED_EXISTS; DISK_FULL; INVALID_INPUT when the folder cannot be written
 */
export async function saveOwnTestbed(directory: string, { written, origin, replace }: NewTestbed): Promise<void> {
  const { id } = written.raw;
  const target = join(directory, id);
  const beside = (what: string) => join(directory, `.${id}.${what}-${randomBytes(4).toString('hex')}`);
  const [fresh, old] = [beside('new'), beside('old')];
  try {
    await writeAll(fresh, written, origin);
    if (replace) await rename(target, old).catch(ignoreMissing);
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // What was moved out of the way comes back.
    if (replace) await rename(old, target).catch(() => undefined);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EPERM') throw testbedExists(id);
    throw unusable(directory, error);
  }
  await rm(old, { recursive: true, force: true });
}

/**
 * Forgets an imported testbed. Labs that run from it go on: each keeps its own copy.
 * @throws RelevoError UNKNOWN_TESTBED; INVALID_INPUT for one that came with Relevo
 */
export async function removeOwnTestbed(directory: string, id: string): Promise<void> {
  const own = await listOwnTestbeds(directory);
  const found = own.find((name) => name === id);
  if (found === undefined) {
    if ((await listTestbeds()).includes(id)) {
      throw new RelevoError('INVALID_INPUT', `The testbed "${id}" came with Relevo and stays.`, {
        hint: own.length === 0 ? 'No testbed was imported.' : `Imported: ${own.join(', ')}.`,
      });
    }
    throw new RelevoError('UNKNOWN_TESTBED', `There is no imported testbed "${id}".`, {
      hint: own.length === 0 ? 'No testbed was imported.' : `Imported: ${own.join(', ')}.`,
    });
  }
  const gone = join(directory, `.${found}.old-${randomBytes(4).toString('hex')}`);
  await rename(join(directory, found), gone).catch((error: unknown) => {
    throw unusable(directory, error);
  });
  await rm(gone, { recursive: true, force: true });
}

export function testbedExists(id: string, free?: string): RelevoError {
  const other = free === undefined ? 'Choose another id' : `Take another id, such as ${free} (--id ${free})`;
  return new RelevoError('TESTBED_EXISTS', `There is a testbed "${id}" already.`, {
    hint: `${other}, or let an imported one be replaced (--replace).`,
  });
}

async function writeAll(folder: string, { raw, files }: WrittenTestbed, origin: TestbedOrigin): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  await writeFile(join(folder, originName), `${JSON.stringify(origin, undefined, 2)}\n`);
  const head = `# Imported by Relevo from a folder for Vagrant. ${originName} says which.\n`;
  await writeFile(join(folder, 'testbed.yaml'), head + stringify(raw, { lineWidth: 0, aliasDuplicateObjects: false }));
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

function unusable(directory: string, error: unknown): RelevoError {
  if (error instanceof RelevoError) return error;
  const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
  return new RelevoError(full ? 'DISK_FULL' : 'INVALID_INPUT', `Testbeds cannot be kept in ${directory}.`, {
    cause: String(error),
    hint: full ? 'Make room there.' : 'See to it that you may write there.',
  });
}

import { createHash } from 'node:crypto';
import { chmod, chown, copyFile, mkdir, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RelevoError } from '../contract/error.ts';
import { isLinuxProgram } from '../process/linux-program.ts';
import type { ExportedFile } from './folder.ts';
import { exportMarkPath, exportMarkSchema } from './mark.ts';
import type { ExportMark } from './mark.ts';

export interface FolderTarget {
  /** Absolute. Made if it is missing; it must be empty, or an earlier export that nobody has edited since. */
  readonly directory: string;
  /** An earlier export may be written over although it was edited. */
  readonly overwrite: boolean;
  /** Where the files lie that come with Relevo. */
  readonly assets: Readonly<Record<'director', string>>;
}

/**
 * Writes an exported folder. Files that Vagrant or somebody else put there stay.
 * @throws RelevoError INVALID_INPUT when the folder is not ours to write; MISSING_TOOL; DISK_FULL
 */
export async function writeFolder(files: readonly ExportedFile[], target: FolderTarget): Promise<void> {
  const { directory, overwrite } = target;
  await checkAssets(files, target);
  const earlier = await readMark(directory);
  if (earlier !== undefined && !overwrite) await refuseEdited(directory, earlier);
  const owner = await futureOwner(directory);
  const made = await mkdir(directory, { recursive: true });
  const current = new Set(files.map(({ path }) => path));
  for (const { path } of earlier?.files ?? []) {
    if (!current.has(path)) await removeOne(directory, path);
  }
  // The mark comes last in the list: a folder without it was not finished.
  for (const file of files) await writeOne(file, target);
  if (owner !== undefined) await giveTo(owner, [...(made === undefined ? [] : [made]), directory], files);
}

/** With the folder that it was alone in. */
async function removeOne(directory: string, path: string): Promise<void> {
  await rm(join(directory, path), { force: true });
  if (dirname(path) !== '.') await rmdir(join(directory, dirname(path))).catch(() => undefined);
}

async function writeOne(file: ExportedFile, { directory, assets }: FolderTarget): Promise<void> {
  const path = join(directory, file.path);
  try {
    await mkdir(dirname(path), { recursive: true });
    if (file.kind === 'text') await writeFile(path, file.content, { mode: file.mode });
    else await copyFile(assets[file.asset], path);
    // For a file that was there already. Windows knows no modes, and nothing here needs them there.
    await chmod(path, file.mode);
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    throw new RelevoError(full ? 'DISK_FULL' : 'INVALID_INPUT', `${path} could not be written.`, {
      cause: String(error),
      hint: full ? 'Make room, or choose another folder.' : 'Choose a folder in which you may write.',
    });
  }
}

/** The mark of an earlier export, or undefined for a folder that is missing or empty. */
async function readMark(directory: string): Promise<ExportMark | undefined> {
  const entries = await readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new RelevoError('INVALID_INPUT', `${directory} cannot be used as a folder.`, { cause: String(error) });
  });
  if (entries.length === 0) return undefined;
  const mark = exportMarkSchema.safeParse(
    parseJson(await readFile(join(directory, exportMarkPath), 'utf8').catch(() => '')),
  );
  if (mark.success && mark.data.files.every(({ path }) => staysInside(path))) return mark.data;
  throw new RelevoError('INVALID_INPUT', `${directory} is not empty, and not an export of Relevo's.`, {
    hint: 'Name a folder that does not exist yet.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The mark may have been edited too; nothing outside its folder is deleted for its sake. */
function staysInside(path: string): boolean {
  return !path.startsWith('/') && !/^[a-z]:/i.test(path) && !path.split(/[\\/]/).includes('..');
}

async function refuseEdited(directory: string, mark: ExportMark): Promise<void> {
  const edited = await Promise.all(
    mark.files.map(async ({ path, sha256 }) => {
      const found = await readFile(join(directory, path)).catch(() => undefined);
      if (found === undefined || sha256 === undefined) return [];
      return createHash('sha256').update(found).digest('hex') === sha256 ? [] : [path];
    }),
  );
  const names = edited.flat();
  if (names.length === 0) return;
  throw new RelevoError('INVALID_INPUT', `${names.join(', ')} in ${directory} was edited since it was exported.`, {
    hint: 'Name another folder, or let what was edited be written over (--overwrite).',
  });
}

async function checkAssets(files: readonly ExportedFile[], { assets }: FolderTarget): Promise<void> {
  if (!files.some(({ kind }) => kind === 'asset')) return;
  const path = assets.director;
  const hint = 'Build it on Linux (npm run build), or export the document’s own software (--stack classic).';
  const isOurs = await isLinuxProgram(path);
  if (isOurs === undefined)
    throw new RelevoError('MISSING_TOOL', `The director's executable is missing: ${path}.`, { hint });
  if (isOurs) return;
  throw new RelevoError('MISSING_TOOL', `${path} is no program for the machines, which are Linux on amd64.`, { hint });
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The engine may be root, the folder somebody's: then it is given to whom the folder around it belongs. */
async function futureOwner(directory: string): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (let folder = directory; ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (found !== undefined) return found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid };
    if (folder === dirname(folder)) return undefined;
  }
}

async function giveTo(
  { uid, gid }: Owner,
  [top = '', directory = top]: readonly string[],
  files: readonly ExportedFile[],
) {
  const inner = files.flatMap(({ path }) => [join(directory, path), dirname(join(directory, path))]);
  const between = foldersBetween(top, directory);
  for (const path of new Set([...between, directory, ...inner])) await chown(path, uid, gid);
}

function foldersBetween(top: string, bottom: string): string[] {
  return bottom.length <= top.length ? [top] : [...foldersBetween(top, dirname(bottom)), bottom];
}

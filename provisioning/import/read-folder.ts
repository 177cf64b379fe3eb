import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { finding, vagrantfileName } from '../../testbeds/importers/vagrant/report.ts';
import type { ImportFinding } from '../../testbeds/importers/vagrant/report.ts';
import { RelevoError } from '../contract/error.ts';
import { exportMarkPath, exportMarkSchema } from '../export/mark.ts';
import type { ExportMark } from '../export/mark.ts';

/** An exported folder as it is on the disk. */
export interface ExportedFolder {
  readonly mark: ExportMark;
  readonly vagrantfile: string;
  readonly unchanged: boolean;
  /** Files that were edited, are missing, or were added: none of them is read back. */
  readonly findings: readonly ImportFinding[];
}

/** Octets. Ours have some tens of thousands; what is larger is something else. */
const LARGEST = 16 * 2 ** 20;

/** @throws RelevoError INVALID_INPUT for a folder that Relevo did not export, or a later one did */
export async function readFolder(directory: string): Promise<ExportedFolder> {
  const mark = await readMark(directory);
  const vagrantfile = await readText(directory, vagrantfileName);
  if (vagrantfile === undefined) {
    throw new RelevoError('INVALID_INPUT', `${join(directory, vagrantfileName)} cannot be read.`, {
      hint: 'It says what became of the lab. Bring it back, or export again.',
    });
  }
  const digest = mark.files.find(({ path }) => path === vagrantfileName)?.sha256;
  return { mark, vagrantfile, unchanged: sameText(vagrantfile, digest), findings: await compareFiles(directory, mark) };
}

async function readMark(directory: string): Promise<ExportMark> {
  const text = await readText(directory, exportMarkPath);
  if (text === undefined) {
    throw new RelevoError(
      'INVALID_INPUT',
      `${directory} is no folder that Relevo exported: it has no ${exportMarkPath}.`,
      {
        hint: 'Name a folder that "relevo export vagrantfile" wrote. Other Vagrantfiles cannot be opened.',
      },
    );
  }
  const value = parseJson(text);
  const version = z.object({ format: z.literal('relevo-export'), version: z.number() }).safeParse(value).data?.version;
  if (version !== undefined && version > 1) {
    throw new RelevoError(
      'INVALID_INPUT',
      `${directory} was exported by a later Relevo (format ${version}; this one reads 1).`,
      {
        hint: 'Open it with that Relevo, or update this one.',
      },
    );
  }
  const mark = exportMarkSchema.safeParse(value);
  if (mark.success) return mark.data;
  throw new RelevoError('INVALID_INPUT', `${join(directory, exportMarkPath)} cannot be understood.`, {
    cause: value === undefined ? 'It is no JSON.' : z.prettifyError(mark.error),
    hint: 'Bring the exported file back; what Vagrant is told may be edited, this file is for Relevo.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undefined for what is no ordinary file of a reasonable size. */
async function readText(directory: string, path: string): Promise<string | undefined> {
  const file = join(directory, path);
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true || found.size > LARGEST) return undefined;
  return readFile(file, 'utf8').catch(() => undefined);
}

/** Editors on Windows turn the ends of lines round; that is no edit. */
function sameText(text: string, digest: string | undefined): boolean {
  return [text, text.replaceAll('\r\n', '\n')].some(
    (each) => createHash('sha256').update(each).digest('hex') === digest,
  );
}

async function compareFiles(directory: string, mark: ExportMark): Promise<ImportFinding[]> {
  const found: ImportFinding[] = [];
  const tell = (code: 'file-edited' | 'file-missing' | 'file-added', file: string): void => {
    found.push(finding({ code, subject: file, file, line: 1, column: 1 }));
  };
  for (const { path, sha256 } of mark.files) {
    if (path === vagrantfileName || !staysInside(path)) continue;
    const there = await stat(join(directory, path)).catch(() => undefined);
    if (there === undefined) tell('file-missing', path);
    // Programs have no digest: they are Relevo's own.
    else if (sha256 !== undefined && !sameText((await readText(directory, path)) ?? '', sha256))
      tell('file-edited', path);
  }
  const known = new Set([...mark.files.map(({ path }) => path), exportMarkPath]);
  for (const path of await listed(directory)) if (!known.has(path)) tell('file-added', path);
  return found;
}

/** The mark may have been edited too; nothing outside its folder is read for its sake. */
function staysInside(path: string): boolean {
  return !path.startsWith('/') && !/^[a-z]:/i.test(path) && !path.split(/[\\/]/).includes('..');
}

/** What is in the folder and in its two folders. Hidden files are Vagrant's, an editor's or a version control's. */
async function listed(directory: string): Promise<string[]> {
  const names = async (folder: string): Promise<string[]> => {
    const entries = await readdir(join(directory, folder), { withFileTypes: true }).catch(() => []);
    const prefix = folder === '.' ? '' : `${folder}/`;
    return entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => prefix + name);
  };
  return [...(await names('.')), ...(await names('provision')), ...(await names('director'))].sort();
}

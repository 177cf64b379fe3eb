import { isAbsolute } from 'node:path';
import { importLab } from '../../testbeds/importers/vagrant/import-lab.ts';
import type { ImportedLab } from '../../testbeds/importers/vagrant/import-lab.ts';
import { listTestbeds } from '../../testbeds/load.ts';
import type { WrittenTestbed } from '../../testbeds/unresolve.ts';
import { RelevoError } from '../contract/error.ts';
import type { ImportResult } from '../contract/import.ts';
import { listOwnTestbeds, originOf, saveOwnTestbed, testbedExists } from './own-testbeds.ts';
import { readFolder } from './read-folder.ts';
import type { ExportedFolder } from './read-folder.ts';
import { writeVagrantfile } from './write-vagrantfile.ts';

export interface VagrantfileImport {
  /** Absolute. */
  readonly directory: string;
  readonly id?: string | undefined;
  readonly replace: boolean;
  readonly dryRun: boolean;
  /** Where imported testbeds are kept. */
  readonly testbeds: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Opens a folder that Relevo exported, edited or not, as a testbed of the user's own. The folder is only read.
 * @throws RelevoError INVALID_INPUT for a folder that is not Relevo's; TESTBED_EXISTS; DISK_FULL
 */
export async function importVagrantfile(request: VagrantfileImport): Promise<ImportResult> {
  const { directory, dryRun, testbeds, replace, now } = request;
  if (!isAbsolute(directory)) {
    throw new RelevoError('INVALID_INPUT', `"${directory}" is not an absolute path.`, {
      hint: 'Write the folder out from the root.',
    });
  }
  const folder = await readFolder(directory);
  const imported = importLab({ ...folder.mark, ...folder, write: writeVagrantfile });
  const id = await chooseId(request, folder.mark.options.lab ?? folder.mark.testbed.id);
  const { written, options, changes } = imported;
  const result: ImportResult = {
    saved: false,
    id,
    options,
    changes: [...changes],
    findings: together(imported, folder),
  };
  if (written === undefined) return result;
  const size = { nodes: Object.keys(written.raw.nodes).length, networks: Object.keys(written.raw.networks).length };
  if (dryRun) return { ...result, ...size };
  const origin = { kind: 'imported' as const, directory, importedAt: now, options };
  await saveOwnTestbed(testbeds, { written: named(written, id), origin, replace });
  return { ...result, ...size, saved: true };
}

/** What stands in the way first, then the Vagrantfile's lines, then other files. A script of a machine that left is not missed. */
function together({ findings, changes }: ImportedLab, folder: ExportedFolder): ImportResult['findings'] {
  const removed = changes.flatMap(({ kind, subject }) =>
    kind === 'machine-removed' ? [`provision/${subject}.sh`] : [],
  );
  const files = folder.findings.filter(({ code, file }) => code !== 'file-missing' || !removed.includes(file));
  return [...findings, ...files];
}

function named(written: WrittenTestbed, id: string): WrittenTestbed {
  return { ...written, raw: { ...written.raw, id } };
}

const idPattern = /^[a-z][a-z0-9-]{0,30}$/;

async function chooseId({ id, replace, directory, testbeds }: VagrantfileImport, natural: string): Promise<string> {
  const own = await listOwnTestbeds(testbeds);
  const builtIn = await listTestbeds();
  const free = nextFree(id ?? natural, new Set([...own, ...builtIn]));
  if (id === undefined) return replace ? await idOfEarlier(testbeds, own, directory) : free;
  if (!idPattern.test(id)) {
    throw new RelevoError('INVALID_INPUT', `"${id}" cannot be a testbed's id.`, {
      hint: 'Lower-case letters, digits and hyphens, a letter first, at most 31 characters.',
    });
  }
  if (builtIn.includes(id) || (own.includes(id) && !replace)) throw testbedExists(id, free);
  return id;
}

async function idOfEarlier(testbeds: string, own: readonly string[], directory: string): Promise<string> {
  for (const id of own) {
    if ((await originOf(testbeds, id))?.directory === directory) return id;
  }
  throw new RelevoError(
    'INVALID_INPUT',
    `No testbed was imported from ${directory} yet, so there is none to replace.`,
    {
      hint: 'Import it without replacing, or say which testbed is to be replaced (--id ID --replace).',
    },
  );
}

const LONGEST = 31;

/** The id itself, or the first of ID-2, ID-3, … that nobody has. */
function nextFree(id: string, taken: ReadonlySet<string>): string {
  if (!taken.has(id)) return id;
  for (let number = 2; ; number += 1) {
    const ending = `-${number}`;
    const candidate = id.slice(0, LONGEST - ending.length) + ending;
    if (!taken.has(candidate)) return candidate;
  }
}

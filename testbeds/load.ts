import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearestWord } from './nearest-word.ts';
import { parseTestbed } from './parse.ts';
import type { PlacedProblem, Problem } from './problem.ts';
import { resolveTestbed } from './resolve.ts';
import type { ResolveOptions } from './resolve.ts';
import type { ResolvedTestbed } from './resolved.ts';
import type { RawTestbed } from './schema.ts';

/** A testbed is a folder with this file in it. */
const fileName = 'testbed.yaml';

export interface LoadOptions extends Pick<ResolveOptions, 'advertInterval'> {
  /** Where the testbeds' folders are; by default those that come with Relevo. */
  readonly directory?: string;
}

export type LoadResult =
  | { readonly kind: 'loaded'; readonly testbed: ResolvedTestbed }
  | { readonly kind: 'invalid'; readonly problems: readonly PlacedProblem[] }
  /** No such testbed: what there is instead, and which of it was probably meant. */
  | { readonly kind: 'unknown'; readonly known: readonly string[]; readonly nearest?: string };

/** The ids of all testbeds, sorted: the names of their folders. */
export async function listTestbeds(directory?: string): Promise<string[]> {
  const root = directory ?? (await testbedsDirectory());
  const entries = await readdir(root, { withFileTypes: true });
  // A folder whose name begins with a dot is one that is being made, or going.
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const folders = names.filter((name) => !name.startsWith('.'));
  const present = await Promise.all(folders.map((folder) => isFile(join(root, folder, fileName))));
  return folders.filter((_, index) => present[index]).sort();
}

/** Loads a testbed by its id. The id may be any text: it is only ever compared, never made into a path. */
export async function loadTestbed(id: string, options: LoadOptions = {}): Promise<LoadResult> {
  const directory = options.directory ?? (await testbedsDirectory());
  const known = await listTestbeds(directory);
  const folder = known.find((name) => name === id);
  if (folder !== undefined) return loadTestbedFile(join(directory, folder, fileName), { ...options, id: folder });
  const nearest = nearestWord(id, known);
  return { kind: 'unknown', known, ...(nearest === undefined ? {} : { nearest }) };
}

/** Loads a testbed from its file. Rejects only when the file itself cannot be read. */
export async function loadTestbedFile(
  file: string,
  options: Pick<ResolveOptions, 'advertInterval'> & { readonly id?: string } = {},
): Promise<Exclude<LoadResult, { kind: 'unknown' }>> {
  const result = parseTestbed(file, await readFile(file, 'utf8'));
  if (!result.ok) return { kind: 'invalid', problems: result.problems };
  const { raw } = result.parsed;
  const invalid = (problems: readonly Problem[]) => ({
    kind: 'invalid' as const,
    problems: result.parsed.place(problems),
  });
  if (options.id !== undefined && raw.id !== options.id) {
    const message = `Expected the name of the testbed's folder, "${options.id}", found "${raw.id}".`;
    return invalid([{ path: ['id'], message }]);
  }
  const files = await readFiles(dirname(file), raw);
  const resolution = resolveTestbed(raw, { advertInterval: options.advertInterval, files });
  if (!resolution.ok) return invalid(resolution.problems);
  return { kind: 'loaded', testbed: resolution.testbed };
}

/** Those of the named files that can be read; the resolution reports the others. */
async function readFiles(directory: string, raw: RawTestbed): Promise<Map<string, string>> {
  const names = [...new Set(Object.values(raw.storage.files))].filter((name) => isInside(directory, name));
  // They are for nodes, which are Linux; an editor or a checkout on Windows may have turned the ends of their lines round.
  const read = (name: string): Promise<string> =>
    readFile(join(directory, name), 'utf8').then((text) => text.replaceAll('\r\n', '\n'));
  const texts = await Promise.all(names.map((name) => read(name).catch(() => undefined)));
  return new Map(names.flatMap((name, index) => (texts[index] === undefined ? [] : [[name, texts[index]]])));
}

function isInside(directory: string, name: string): boolean {
  return !relative(directory, join(directory, name)).split(sep).includes('..');
}

/** The `testbeds` folder nearest above this file: beside it in a checkout, above the bundle once built. */
async function testbedsDirectory(): Promise<string> {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    for (const candidate of [directory, join(directory, 'testbeds')]) {
      if (await isFile(join(candidate, 'tfg', fileName))) return candidate;
    }
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`There is no folder "testbeds" above ${import.meta.url}.`);
    directory = parent;
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

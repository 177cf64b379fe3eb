import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { familiesOfIptables, isOfInterest } from '../../engine/host-marks/host-marks.ts';
import type { FirewallListing, ListedTable, SavedRules } from '../../engine/host-marks/host-marks.ts';
import { DirectorError, errorCode } from '../errors.ts';

const run = promisify(execFile);
const LONGEST_LISTING = 64 << 20;
const PATIENCE_MS = 10_000;
/** A daemon's PATH may lack the programs of root. */
const environment = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' };
/** Tables of x_tables in which rules may set marks, as the kernel lists them while they are in use. */
const legacyTables = { 4: '/proc/net/ip_tables_names', 6: '/proc/net/ip6_tables_names' } as const;

/** Standard output; undefined when the program is not there. Rejects when it fails. */
async function output(program: string, ...parameters: string[]): Promise<string | undefined> {
  try {
    const options = { env: environment, maxBuffer: LONGEST_LISTING, timeout: PATIENCE_MS };
    return (await run(program, parameters, options)).stdout;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The first of the programs that is there. */
async function firstOutput(...programs: string[]): Promise<string | undefined> {
  for (const program of programs) {
    const text = await output(program);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The kernel loads x_tables when asked about them: only the ones in use are asked for. */
function hasLegacyTables(family: 4 | 6): boolean {
  try {
    return /^(raw|mangle|filter)$/m.test(readFileSync(legacyTables[family], 'utf8'));
  } catch {
    return false;
  }
}

/** Rules of x_tables tell nobody when they change. */
export function hasSilentRules(): boolean {
  return hasLegacyTables(4) || hasLegacyTables(6);
}

/** Titles of the tables of nf_tables; undefined when there is no nft. */
async function tableTitles(): Promise<string[] | undefined> {
  const text = await output('nft', 'list', 'tables');
  return text?.split('\n').flatMap((line) => {
    const [, title = ''] = /^table (\S+ \S+)$/.exec(line.trim()) ?? [];
    return isOfInterest(title) ? [title] : [];
  });
}

/** One by one: nft cannot print all of them at once as JSON while there are tables that a process owns, as ours are. */
async function listTables(titles: readonly string[]): Promise<ListedTable[]> {
  const tables: ListedTable[] = [];
  for (const title of titles) {
    const json = await output('nft', '-j', 'list', 'table', ...title.split(' '));
    const listing = await output('nft', '-a', 'list', 'table', ...title.split(' '));
    tables.push({ title, json: json ?? '', listing: listing ?? '' });
  }
  return tables;
}

/** The host's firewall as its own tools list it. Rejects with DirectorError `no-tools` when there are none. */
export async function listFirewall(): Promise<FirewallListing> {
  const titles = await tableTitles();
  const inNft = titles === undefined ? ([4, 6] as const) : familiesOfIptables(titles);
  const inXtables = ([4, 6] as const).filter(hasLegacyTables);
  const saves = [...(await save(inNft, false)), ...(await save(inXtables, true))];
  if (titles === undefined && saves.length === 0)
    throw new DirectorError('no-tools', 'neither nft nor iptables-save is installed');
  return { saves, tables: await listTables(titles ?? []) };
}

async function save(families: readonly (4 | 6)[], isLegacy: boolean): Promise<SavedRules[]> {
  const saves: SavedRules[] = [];
  for (const family of families) {
    const name = family === 4 ? 'iptables' : 'ip6tables';
    const text = await firstOutput(`${name}-${isLegacy ? 'legacy' : 'nft'}-save`, `${name}-save`);
    if (text !== undefined) saves.push({ text, family, isLegacy });
  }
  return saves;
}

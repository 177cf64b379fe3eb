import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { familiesOfIptables } from '../../engine/host-marks/host-marks.ts';
import type { FirewallListing, SavedRules } from '../../engine/host-marks/host-marks.ts';
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

/** The host's firewall as its own tools list it. Rejects with DirectorError `no-tools` when there are none. */
export async function listFirewall(): Promise<FirewallListing> {
  const ruleset = await output('nft', '-j', 'list', 'ruleset');
  const listing = ruleset === undefined ? undefined : await output('nft', '-a', 'list', 'ruleset');
  const inNft = ruleset === undefined ? ([4, 6] as const) : familiesOfIptables(ruleset);
  const saves: SavedRules[] = [];
  for (const [families, isLegacy] of [
    [inNft, false],
    [([4, 6] as const).filter(hasLegacyTables), true],
  ] as const)
    for (const family of families) {
      const name = family === 4 ? 'iptables' : 'ip6tables';
      const text = await firstOutput(`${name}-${isLegacy ? 'legacy' : 'nft'}-save`, `${name}-save`);
      if (text !== undefined) saves.push({ text, family, isLegacy });
    }
  if (ruleset === undefined && saves.length === 0)
    throw new DirectorError('no-tools', 'neither nft nor iptables-save is installed');
  return { saves, ...(ruleset === undefined ? {} : { ruleset }), ...(listing === undefined ? {} : { listing }) };
}

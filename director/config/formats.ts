import { differences, same } from './compare.ts';
import type { DirectorConfiguration } from './configuration.ts';
import { parseHaproxy } from './haproxy/parse.ts';
import type { HaproxySurroundings } from './haproxy/scope.ts';
import type { HostNames } from './host-names.ts';
import { parseIpvsadm, type RuleReader } from './ipvsadm/parse.ts';
import { writeIpvsadm } from './ipvsadm/write.ts';
import { parseKeepalived } from './keepalived/parse.ts';
import type { Surroundings } from './keepalived/preprocess.ts';
import { writeKeepalived } from './keepalived/write.ts';
import { parseLdirectord } from './ldirectord/parse.ts';
import { writeLdirectord } from './ldirectord/write.ts';
import type { Role } from './lvs-cf/failover.ts';
import { parseLvsCf } from './lvs-cf/parse.ts';
import { writeLvsCf } from './lvs-cf/write.ts';
import type { Problem } from './problem.ts';
import type { Loss, ParseResult, WriteResult } from './result.ts';
import { parseYaml, writeYaml } from './yaml/parse.ts';

/** Those of layer 4, which say the same in other words. */
export const writableFormatNames = ['keepalived', 'ldirectord', 'lvs', 'ipvsadm', 'yaml'] as const;
export type WritableFormatName = (typeof writableFormatNames)[number];

export const formatNames = [...writableFormatNames, 'haproxy'] as const;
export type FormatName = (typeof formatNames)[number];

export interface ParseOptions extends Surroundings, HaproxySurroundings {
  readonly format?: FormatName | undefined;
  /** For which of Piranha's two machines an lvs.cf is read. */
  readonly role?: Role | undefined;
  /** For formats that may name hosts; absent: nobody is asked. */
  readonly names?: HostNames | undefined;
  /** Reads ipvsadm's command lines; it comes from the command of that name. */
  readonly readRule: RuleReader;
}

/** Reads a configuration file of any format. Never throws: what is wrong is among the problems. */
export function parseConfiguration(text: string, file: string, options: ParseOptions): ParseResult {
  const format = options.format ?? detectFormat(file, text);
  // Editors of other systems put a byte order mark in front.
  const content = text.replace(/^\uFEFF/, '');
  switch (format) {
    case 'keepalived':
      return parseKeepalived(content, file, options);
    case 'ldirectord':
      return parseLdirectord(content, file, options.names);
    case 'lvs':
      return parseLvsCf(content, file, options.role);
    case 'ipvsadm':
      return parseIpvsadm(content, file, options.readRule);
    case 'yaml':
      return parseYaml(content, file);
    case 'haproxy':
      return parseLayer7(content, file, options);
  }
}

function parseLayer7(text: string, file: string, surroundings: HaproxySurroundings): ParseResult {
  const { configuration: proxies, ...result } = parseHaproxy(text, file, surroundings);
  if (!proxies) return result;
  return { ...result, configuration: { instances: [], virtualServers: [], marks: [], plane: 'auto', proxies } };
}

const nameEndings: readonly (readonly [RegExp, FormatName])[] = [
  [/(^|\/)[^/]*keepalived[^/]*\.conf[^/]*$/i, 'keepalived'],
  [/(^|\/)[^/]*haproxy[^/]*\.cfg[^/]*$/i, 'haproxy'],
  [/(^|\/)[^/]*ldirectord[^/]*\.cf$/i, 'ldirectord'],
  [/(^|\/)[^/]*lvs[^/]*\.cf$/i, 'lvs'],
  [/\.ya?ml$/i, 'yaml'],
  [/(^|\/)[^/]*ipvsadm[^/]*$/i, 'ipvsadm'],
];

const contents: readonly (readonly [RegExp, FormatName])[] = [
  [/^\s*(?:vrrp_instance|vrrp_sync_group|virtual_server(?:_group)?|global_defs)\b/m, 'keepalived'],
  [/^\s*(?:\/\S*\/)?(?:ipvsadm\s+)?-(?:A|a|C|E|-add-s\w+|-set)\b/m, 'ipvsadm'],
  [/^\s*virtual\s+\S+\s*\{/m, 'lvs'],
  [/^(?:serial_no|primary|backup_active|network)\s*=/m, 'lvs'],
  [/^virtual6?\s*=/m, 'ldirectord'],
  [/^(?:checktimeout|checkinterval|quiescent|autoreload)\s*=/m, 'ldirectord'],
  [/^\s*(?:frontend|backend|listen)[ \t]+[\w.:-]+/m, 'haproxy'],
  [/^(?:virtualServers|instances|marks|plane|sync|timeouts|vrrp|admin)\s*:/m, 'yaml'],
];

/** By the file's name, then by what stands in it; keepalived's when neither tells. */
export function detectFormat(file: string, text: string): FormatName {
  const byName = nameEndings.find(([pattern]) => pattern.test(file));
  return (byName ?? contents.find(([pattern]) => pattern.test(text.slice(0, 100_000))))?.[1] ?? 'keepalived';
}

export interface Conversion extends WriteResult {
  /** Errors that the written text has when it is read again: a mistake of ours. */
  readonly problems: readonly Problem[];
}

/**
 * Writes a configuration in another format. The text is read again and compared, so that `losses` holds everything that
 * the format cannot say, with the reason where a writer knows one.
 */
export function convert(
  configuration: DirectorConfiguration,
  format: WritableFormatName,
  readRule: RuleReader,
): Conversion {
  const { text, losses: told } = write(configuration, format);
  const role = configuration.instances[0]?.startsAs === 'BACKUP' ? 'backup' : 'primary';
  const again = parseConfiguration(text, `converted.${format}`, { format, role, readRule });
  const problems = again.problems.filter(({ severity }) => severity === 'error');
  const losses: Loss[] = [...told];
  if (again.configuration) {
    const found = differences(configuration, again.configuration);
    losses.push(...found.filter((loss) => !isExplained(loss, configuration, told, found)));
    if (losses.length === 0 && !same(configuration, again.configuration))
      losses.push({ what: 'the order of the services', why: 'is another one' });
  }
  return { text, losses, problems };
}

/** A part with as many reasons given as it has differences needs no second list of them. */
function isExplained(
  { part, what }: Loss,
  configuration: DirectorConfiguration,
  told: readonly Loss[],
  found: readonly Loss[],
): boolean {
  const countFor = (losses: readonly Loss[]): number => losses.filter((one) => one.part === part).length;
  if (part !== undefined) return countFor(told) >= countFor(found);
  const marks = new Set<object>(configuration.marks);
  return told.some(
    (one) =>
      one.what.startsWith(what) ||
      (one.part && (marks.has(one.part) ? what === 'marks' : one.part === configuration.sync)),
  );
}

function write(configuration: DirectorConfiguration, format: WritableFormatName): WriteResult {
  switch (format) {
    case 'keepalived':
      return writeKeepalived(configuration);
    case 'ldirectord':
      return { text: writeLdirectord(configuration), losses: [] };
    case 'lvs':
      return { text: writeLvsCf(configuration), losses: [] };
    case 'ipvsadm':
      return writeIpvsadm(configuration);
    case 'yaml':
      return writeYaml(configuration);
  }
}

import type { SchedulerFlag } from '../../api/table.ts';
import { parseAddress } from '../../engine/address.ts';
import { usageError, type Culprit } from './exit.ts';

/** How names become numbers; synchronous as in C, where they are asked for while the command line is read. */
export interface NameResolver {
  /** The first IPv4 address of a host, dotted. */
  hostAddress(name: string): string | undefined;
  servicePort(name: string, protocol: 'TCP' | 'UDP'): number | undefined;
}

/** strtol(3) over the whole text, and only within the limits. */
export function parseNumber(text: string, minimum: number, maximum: number): number | undefined {
  if (!/^[ \t\n\v\f\r]*[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return minimum <= value && value <= maximum ? value + 0 : undefined;
}

/** atoi(3). */
export function leadingNumber(text: string): number {
  const [digits] = /^[ \t\n\v\f\r]*[+-]?\d+/.exec(text) ?? ['0'];
  return Number(digits);
}

/**
 * inet_aton(3): one to four numbers, decimal, octal (`0…`) or hexadecimal (`0x…`), the last one filling what is left; blanks
 * may follow.
 */
export function parseLooseIpv4(text: string): string | undefined {
  const parts = (/^[^ \t\n\v\f\r]+/.exec(text)?.[0] ?? '').split('.');
  if (parts.length > 4 || !parts.every((part) => /^(0x[\da-f]+|0[0-7]*|[1-9]\d*)$/i.test(part))) return undefined;
  const numbers = parts.map((part) => (/^0[0-7]+$/.test(part) ? Number.parseInt(part, 8) : Number(part)));
  const last = numbers.pop() ?? 0;
  if (numbers.some((number) => number > 255) || last >= 256 ** (4 - numbers.length)) return undefined;
  const value = numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

export interface ParsedEndpoint {
  readonly address: string;
  readonly family: 4 | 6;
  /** Undefined when none was given. */
  readonly port: number | undefined;
}

/** `host[:port]`, `[IPv6]:port` or a bare IPv6 address; undefined when it is none of these. */
export function parseEndpoint(
  text: string,
  protocol: 'TCP' | 'UDP' | undefined,
  names: NameResolver,
): ParsedEndpoint | undefined {
  // A bare number is no host to ipvsadm, and neither is nothing.
  if (/^\d*$/.test(text)) return undefined;
  const bracketed = /^\[([^\]]*)\]:(.*)$/s.exec(text);
  if (text.startsWith('[') && bracketed === null) return undefined;
  const host = bracketed?.[1] ?? text;
  if (parseAddress(host)?.family === 6) return withPort({ address: host, family: 6 }, bracketed?.[2], protocol, names);
  const colon = host.lastIndexOf(':');
  const name = colon === -1 ? host : host.slice(0, colon);
  const address = parseLooseIpv4(name) ?? names.hostAddress(name);
  if (address === undefined) return undefined;
  // In brackets only IPv6 addresses keep the port behind them.
  return withPort({ address, family: 4 }, colon === -1 ? undefined : host.slice(colon + 1), protocol, names);
}

function withPort(
  place: Pick<ParsedEndpoint, 'address' | 'family'>,
  text: string | undefined,
  protocol: 'TCP' | 'UDP' | undefined,
  names: NameResolver,
): ParsedEndpoint | undefined {
  if (text === undefined) return { ...place, port: undefined };
  const port = parseNumber(text, 0, 65535) ?? (protocol === undefined ? undefined : names.servicePort(text, protocol));
  return port === undefined ? undefined : { ...place, port };
}

/** 1–2^32-1. */
export function parseMark(text: string): number {
  const mark = parseNumber(text, 1, 0xffff_ffff);
  if (mark === undefined) throw usageError(`invalid fwmark value \`${text}' specified`);
  return mark;
}

const MAXIMUM_TIMEOUT_S = 31 * 86_400;
/** IPVS_SVC_PERSISTENT_TIMEOUT. */
const DEFAULT_PERSISTENCE_S = 360;

export function parseTimeout(text: string | undefined, minimum: number): number {
  if (text === undefined) return DEFAULT_PERSISTENCE_S;
  const seconds = parseNumber(text, minimum, MAXIMUM_TIMEOUT_S);
  if (seconds === undefined) throw usageError(`invalid timeout value \`${text}' specified`, { word: text });
  return seconds;
}

/** The three flag bits of a service; sh and mh have names of their own for the first two. */
const flagBits: Readonly<Record<SchedulerFlag, number>> = {
  'flag-1': 1,
  'flag-2': 2,
  'flag-3': 4,
  'sh-fallback': 1,
  'sh-port': 2,
  'mh-fallback': 1,
  'mh-port': 2,
};

/** `-b`: comma-separated names, for the scheduler that they are meant for. */
export function parseSchedulerFlags(text: string, scheduler: string): SchedulerFlag[] {
  let bits = 0;
  const known = Object.keys(flagBits).filter((name) => name.startsWith('flag-') || name.startsWith(`${scheduler}-`));
  const culprit = (word: string): Culprit => ({ option: 'sched-flags', word, known });
  // strtok(3) skips empty names.
  for (const name of text.split(',').filter((part) => part !== '')) {
    if (!isFlag(name)) throw usageError(`invalid scheduler flag \`${name}'`, culprit(name));
    if (!name.startsWith('flag-') && !name.startsWith(`${scheduler}-`))
      throw usageError(`incompatible scheduler flag \`${name}'`, culprit(name));
    bits |= flagBits[name];
  }
  const own = scheduler === 'sh' || scheduler === 'mh';
  const names = own
    ? ([`${scheduler}-fallback`, `${scheduler}-port`, 'flag-3'] as const)
    : (['flag-1', 'flag-2', 'flag-3'] as const);
  return names.filter((name) => (bits & flagBits[name]) !== 0);
}

function isFlag(name: string): name is SchedulerFlag {
  return Object.hasOwn(flagBits, name);
}

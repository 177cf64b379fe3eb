import { formatAddress, parseAddress } from '../../engine/address.ts';
import { stringMethods, type IntegerRange, type Network, type Patterns } from '../../engine/proxy/expressions.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { isIpv4 } from '../values.ts';
import { LineError, notServed } from './line.ts';
import { regularExpression } from './regular-expression.ts';

export type MatchMethod = Patterns['method'];

/** Section 7.1.3: what `-m` takes. */
export const matchMethods = ['found', 'bool', 'int', 'ip', 'bin', 'len', ...stringMethods, 'reg'] as const;

export interface PatternFlags {
  readonly ignoreCase: boolean;
  /** `-n`: no names among addresses. */
  readonly noNames: boolean;
}

/** All patterns of a test, from its line and its files. Throws LineError. */
export function readPatterns(method: MatchMethod, words: readonly Word[], flags: PatternFlags): Patterns {
  switch (method) {
    case 'found':
    case 'bool':
      return { method };
    case 'int':
    case 'len':
    case 'version':
      return { method, ranges: readRanges(words, method === 'version') };
    case 'ip':
      return { method, ...readNetworks(words, flags) };
    case 'bin':
      return { method, values: words.map(octets) };
    case 'reg':
      return { method, expressions: words.map((word) => regularExpression(word, flags.ignoreCase)) };
    case 'method':
      return { method, values: words.map(({ text }) => text) };
    default:
      return { method, values: words.map(({ text }) => text), ignoreCase: flags.ignoreCase };
  }
}

/** Hexadecimal digits. Throws LineError. */
export function octets(word: Word): Uint8Array {
  if (word.text.length % 2 !== 0 || /[^\da-f]/i.test(word.text))
    throw new LineError(word, `"${shown(word.text)}" is not octets`, { expected: 'pairs of hexadecimal digits' });
  return Uint8Array.from(word.text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

type Operator = 'eq' | 'ge' | 'gt' | 'le' | 'lt';
const operators: ReadonlySet<string> = new Set(['eq', 'ge', 'gt', 'le', 'lt']);

/** Section 7.1.2: `1024:65535`, `gt 3 lt 8` is two ranges, an operator holds until the next one. */
function readRanges(words: readonly Word[], isVersion: boolean): IntegerRange[] {
  const ranges: IntegerRange[] = [];
  let operator: Operator = 'eq';
  for (const word of words) {
    if (operators.has(word.text)) operator = word.text as Operator;
    else ranges.push(range(word, operator, isVersion));
  }
  return ranges;
}

function range(word: Word, operator: Operator, isVersion: boolean): IntegerRange {
  const separator = /[:-]/.exec(word.text)?.index;
  const number = (text: string): number => numberIn(word, text, isVersion);
  if (separator === undefined) return compared(number(word.text), operator);
  const [from, to] = [word.text.slice(0, separator), word.text.slice(separator + 1)];
  if (from === '' && to === '') throw badRange(word);
  const bounds = {
    ...(from === '' ? {} : { from: number(from) }),
    ...(to === '' ? {} : { to: number(to) }),
  };
  if (bounds.from !== undefined && bounds.to !== undefined && bounds.from > bounds.to) throw badRange(word);
  return bounds;
}

function compared(value: number, operator: Operator): IntegerRange {
  switch (operator) {
    case 'eq':
      return { from: value, to: value };
    case 'ge':
      return { from: value };
    case 'gt':
      return { from: value + 1 };
    case 'le':
      return { to: value };
    case 'lt':
      return { to: value - 1 };
  }
}

function numberIn(word: Word, text: string, isVersion: boolean): number {
  if (!isVersion && /^-?\d+$/.test(text)) return Number(text);
  const [, major, minor = '0'] = (isVersion ? /^(\d+)(?:\.(\d+))?$/.exec(text) : undefined) ?? [];
  if (major === undefined || Number(major) > 0xff_ff || Number(minor) > 0xff_ff) throw badRange(word);
  return Number(major) * 0x1_00_00 + Number(minor);
}

const badRange = (word: Word): LineError =>
  new LineError(word, `"${shown(word.text)}" is not a number or a range`, { expected: 'such as 5, 1:10, or gt 3' });

function readNetworks(words: readonly Word[], { noNames }: PatternFlags) {
  const networks: Network[] = [];
  const names: string[] = [];
  for (const word of words) {
    const found = network(word);
    if (found) networks.push(found);
    else if (!noNames && isHostName(word.text)) names.push(word.text);
    else throw new LineError(word, `"${shown(word.text)}" is not an address`, { expected: 'such as 10.0.0.0/8' });
  }
  return { networks, names };
}

const isHostName = (text: string): boolean => /^(?=.*[A-Za-z])[\w-]+(?:\.[\w-]+)*\.?$/.test(text);

/** `ADDRESS`, `ADDRESS/LENGTH` or `ADDRESS/MASK`; undefined for anything else. Throws LineError for odd masks. */
export function network(word: Word): Network | undefined {
  const [host = '', length, excess] = word.text.split('/');
  const address = parseAddress(host);
  if (!address || excess !== undefined) return undefined;
  const bits = address.family === 4 ? 32 : 128;
  const prefixLength = length === undefined ? bits : prefixOf(word, length, bits);
  return prefixLength === undefined ? undefined : { address: formatAddress(address), prefixLength };
}

function prefixOf(word: Word, text: string, bits: number): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) <= bits ? Number(text) : undefined;
  if (bits !== 32 || !isIpv4(text)) return undefined;
  const mask = text
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  if (!/^1*0*$/.test(mask)) throw notServed(word, `a mask with holes, ${text},`);
  return mask.replaceAll('0', '').length;
}

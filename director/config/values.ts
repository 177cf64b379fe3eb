import { nearestWord } from './nearest-word.ts';
import { formatAddress, parseAddress } from '../engine/address.ts';
import { shown, type Reader } from './reader.ts';
import type { Statement, Word } from './statements.ts';

/** Every reader here reports what is wrong and then returns undefined, so that the caller keeps its default. */

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The only argument of a statement, described by `expected` when it is missing. */
export function single(reader: Reader, statement: Statement, expected: string): Word | undefined {
  const [word, excess] = statement.parameters;
  if (!word) reader.error(statement.keyword, `"${statement.keyword.text}" needs a value`, { expected });
  else if (excess) unexpected(reader, excess, word, expected);
  return word;
}

/** keepalived and the others read on past words that nobody asked for; so do we, and say so. */
export function unexpected(reader: Reader, excess: Word, after: Word, expected?: string): void {
  const message = `unexpected "${shown(excess.text)}" after "${shown(after.text)}" is ignored`;
  reader.warn(excess, message, expected === undefined ? {} : { expected });
}

export function integer(reader: Reader, statement: Statement, { min, max }: Range): number | undefined {
  const expected = `a whole number from ${min} to ${max}`;
  const word = single(reader, statement, expected);
  return word && integerWord(reader, word, { min, max });
}

export function integerWord(reader: Reader, word: Word, { min, max }: Range): number | undefined {
  const value = /^\d+$/.test(word.text) ? Number(word.text) : Number.NaN;
  if (value >= min && value <= max) return value;
  reader.error(word, `"${shown(word.text)}" is out of place`, { expected: `a whole number from ${min} to ${max}` });
  return undefined;
}

/** Seconds in the file, fractions allowed; milliseconds in the result. */
export function seconds(reader: Reader, statement: Statement, { min, max }: Range): number | undefined {
  const expected = `seconds from ${min} to ${max}`;
  const word = single(reader, statement, expected);
  if (!word) return undefined;
  const value = /^(\d+(\.\d*)?|\.\d+)$/.test(word.text) ? Number(word.text) : Number.NaN;
  // Microseconds are as fine as keepalived's timers are; rounding hides binary fractions such as 0.07 * 1000.
  if (value >= min && value <= max) return Math.round(value * 1e6) / 1000;
  reader.error(word, `"${shown(word.text)}" is out of place`, { expected });
  return undefined;
}

export function choice<T extends string>(reader: Reader, statement: Statement, choices: readonly T[]): T | undefined {
  const expected = choices.join(' or ');
  const word = single(reader, statement, expected);
  if (!word) return undefined;
  const found = choices.find((candidate) => candidate === word.text);
  if (found !== undefined) return found;
  const nearest = nearestWord(word.text, choices);
  const message = `"${shown(word.text)}" is not a value of "${statement.keyword.text}"`;
  reader.error(word, message, nearest === undefined ? { expected } : { expected, nearest });
  return undefined;
}

/** A word that stands alone, as `nopreempt`; keepalived also takes true, on, yes and their opposites after some. */
export function flag(reader: Reader, statement: Statement): boolean {
  const [word] = statement.parameters;
  if (!word || ['true', 'on', 'yes'].includes(word.text)) return true;
  if (!['false', 'off', 'no'].includes(word.text))
    reader.error(word, `unexpected "${shown(word.text)}" after "${statement.keyword.text}"`, {
      expected: 'true or false',
    });
  return false;
}

export function ipv4Word(reader: Reader, word: Word): string | undefined {
  if (isIpv4(word.text)) return word.text;
  const message = word.text.includes(':')
    ? `"${word.text}": IPv6 addresses are not supported yet`
    : `"${word.text}" is not an IPv4 address`;
  reader.error(word, message, { expected: 'an address such as 192.168.1.200' });
  return undefined;
}

export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** An address of either family, as the model writes it. */
export function addressWord(reader: Reader, word: Word): string | undefined {
  const address = parseAddress(word.text);
  if (address) return formatAddress(address);
  reader.error(word, `"${shown(word.text)}" is not an address`, { expected: 'such as 192.168.1.200 or 2001:db8::1' });
  return undefined;
}

export function address(reader: Reader, statement: Statement): string | undefined {
  const word = single(reader, statement, 'an address');
  return word && addressWord(reader, word);
}

export function text(reader: Reader, statement: Statement, expected: string): string | undefined {
  return single(reader, statement, expected)?.text;
}

/** Whole number from 1 to 65535. */
export const ports: Range = { min: 1, max: 65_535 };

export function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Removes what is undefined, for models in which an absent field says "not given". */
export function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

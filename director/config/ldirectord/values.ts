import { formatAddress, parseAddress } from '../../engine/address.ts';
import { nearestWord } from '../nearest-word.ts';
import { shown, type Reader } from '../reader.ts';
import type { Word } from '../statements.ts';
import type { Directive } from './lines.ts';
import { portNumber } from './services.ts';

/** Every reader here reports what is wrong and then returns undefined. */

export function value(reader: Reader, { key, value: given }: Directive, expected: string): Word | undefined {
  if (given && given.text !== '') return given;
  reader.error(key, `"${shown(key.text)}" needs a value`, { expected: `${key.text}=${expected}` });
  return undefined;
}

export function number(reader: Reader, directive: Directive, min = 1, max = 0x7fff_ffff): number | undefined {
  const word = value(reader, directive, 'NUMBER');
  if (!word) return undefined;
  const parsed = /^\d{1,10}$/.test(word.text) ? Number(word.text) : Number.NaN;
  if (parsed >= min && parsed <= max) return parsed;
  reader.error(word, `"${shown(word.text)}" is out of place`, { expected: `a whole number from ${min} to ${max}` });
  return undefined;
}

export function oneOf<T extends string>(reader: Reader, directive: Directive, choices: readonly T[]): T | undefined {
  const expected = choices.join(', ');
  const word = value(reader, directive, expected);
  if (!word) return undefined;
  const found = choices.find((choice) => choice === word.text);
  if (found !== undefined) return found;
  const nearest = nearestWord(word.text, choices);
  const message = `"${shown(word.text)}" is not a value of "${directive.key.text}"`;
  reader.error(word, message, nearest === undefined ? { expected } : { expected, nearest });
  return undefined;
}

export function yesNo(reader: Reader, directive: Directive): boolean | undefined {
  const answer = oneOf(reader, directive, ['yes', 'no']);
  return answer === undefined ? undefined : answer === 'yes';
}

/** `"text"`; ldirectord takes some of these only in quotes. */
export function quoted(reader: Reader, directive: Directive): string | undefined {
  const word = value(reader, directive, '"TEXT"');
  if (!word) return undefined;
  const inner = /^"(.+)"/s.exec(word.text)?.[1];
  if (inner !== undefined) return inner;
  reader.error(word, `the value of "${directive.key.text}" has to stand in quotes`, { expected: '"TEXT"' });
  return undefined;
}

/** Quotes may be there or not. */
export function plain(reader: Reader, directive: Directive): string | undefined {
  return value(reader, directive, 'TEXT')?.text.replace(/^"([^"]*)"$/s, '$1');
}

export interface HostPort {
  readonly address: string;
  /** Absent when the text has none. */
  readonly port?: number;
}

/** `10.0.0.1:80` or `[2001:db8::1]:80`; names of ports are those that need no look-up. */
export function hostPort(reader: Reader, at: Word, text: string, family: 4 | 6): HostPort | undefined {
  const match = /^(?:\[([\da-f:.]+)\]|([^\s:[\]]+))(?::([\w-]+))?$/i.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  const address = parseAddress(host);
  const expected = family === 6 ? '[2001:db8::1]:80' : '192.168.1.200:80';
  if (!address) {
    const name = match && /[a-z]/i.test(host) ? `"${shown(host)}" is a name, which is not looked up` : undefined;
    reader.error(at, name ?? `"${shown(text)}" is not an address with a port`, { expected: `such as ${expected}` });
    return undefined;
  }
  if (address.family !== family) {
    reader.error(at, `"${shown(host)}" is not an IPv${family} address`, {
      expected: family === 6 ? expected : `${expected}, or the directive's name with a 6`,
    });
    return undefined;
  }
  if (match?.[3] === undefined) return { address: formatAddress(address) };
  const port = portNumber(match[3]);
  if (port !== undefined) return { address: formatAddress(address), port };
  reader.error(at, `"${match[3]}" is not a port`, { expected: 'a number from 1 to 65535' });
  return undefined;
}

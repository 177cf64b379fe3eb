import { formatAddress, parseAddress } from '../../engine/address.ts';
import type { HostNames } from '../host-names.ts';
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

/** What a host with a port is read for. */
export interface HostContext {
  readonly reader: Reader;
  readonly family: 4 | 6;
  /** Ports have names of their own in each; `fwm` servers take those of TCP. */
  readonly protocol: 'TCP' | 'UDP';
  /** Absent where nobody may be asked. */
  readonly names?: HostNames | undefined;
}

/** `10.0.0.1:80`, `www.example.org:http` or `[2001:db8::1]:80`. */
export function hostPort(context: HostContext, at: Word, text: string): HostPort | undefined {
  const { reader } = context;
  const match = /^(?:\[([\da-f:.]+)\]|([^\s:[\]]+))(?::([\w-]+))?$/i.exec(text);
  const address = hostAddress(context, at, match?.[1] ?? match?.[2] ?? '', text);
  if (address === undefined) return undefined;
  const portText = match?.[3];
  if (portText === undefined) return { address };
  const port = portNumber(portText) ?? namedPort(context, portText);
  if (port !== undefined) return { address, port };
  reader.error(at, `"${shown(portText)}" is not a port`, {
    expected: 'a number from 1 to 65535, or a name of /etc/services',
  });
  return undefined;
}

function hostAddress({ reader, family, names }: HostContext, at: Word, host: string, text: string): string | undefined {
  const example = family === 6 ? '[2001:db8::1]:80' : '192.168.1.200:80';
  const address = parseAddress(host);
  if (address?.family === family) return formatAddress(address);
  if (address) {
    reader.error(at, `"${shown(host)}" is not an IPv${family} address`, {
      expected: family === 6 ? example : `${example}, or the directive's name with a 6`,
    });
    return undefined;
  }
  if (!/[a-z]/i.test(host) || !/^[\w.+-]+$/.test(host)) {
    reader.error(at, `"${shown(text)}" is not an address with a port`, { expected: `such as ${example}` });
    return undefined;
  }
  const found = parseAddress(names?.hostAddress(host, family) ?? '');
  if (found?.family === family) return formatAddress(found);
  const problem = names ? `no IPv${family} address is known for it` : 'which is not looked up here';
  reader.error(at, `"${shown(host)}" is a name, ${names ? 'and ' : ''}${problem}`, {
    expected: `such as ${example}, or a name of /etc/hosts or DNS`,
  });
  return undefined;
}

function namedPort({ names, protocol }: HostContext, text: string): number | undefined {
  return /^\d/.test(text) ? undefined : names?.servicePort(text, protocol);
}

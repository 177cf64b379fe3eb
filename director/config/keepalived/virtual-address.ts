import type { VirtualAddress } from '../../engine/vrrp/configuration.ts';
import { nearestWord } from '../nearest-word.ts';
import type { Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { addressWord, defined, familyOf, integerWord, ipv4Word } from '../values.ts';

interface Options {
  interface?: string;
  broadcast?: string;
  label?: string;
  scope?: number;
  untracked?: boolean;
}

/** rtnetlink(7), /etc/iproute2/rt_scopes. */
const scopes: ReadonlyMap<string, number> = new Map([
  ['global', 0],
  ['site', 200],
  ['link', 253],
  ['host', 254],
  ['nowhere', 255],
]);
const known = ['dev', 'brd', 'broadcast', 'label', 'scope', 'no_track', '-nodad', 'preferred_lft'];

/** `ADDRESS[/PREFIX] [dev INTERFACE] [brd …] [label …] [scope …] [no_track]`; without a prefix a host's, /32 or /128. */
export function readVirtualAddress(
  reader: Reader,
  { keyword, parameters, block }: Statement,
  defaultInterface: string,
): VirtualAddress | undefined {
  if (block) reader.error(keyword, `an address has no block`);
  const [text = '', prefix] = keyword.text.split('/');
  const address = addressWord(reader, { ...keyword, text });
  if (address === undefined) return undefined;
  const max = familyOf(address) === 6 ? 128 : 32;
  const prefixLength = prefix === undefined ? max : integerWord(reader, { ...keyword, text: prefix }, { min: 1, max });
  const options = readOptions(reader, parameters, address);
  if (prefixLength === undefined) return undefined;
  return { address, prefixLength, ...defined({ interface: defaultInterface, ...options }) };
}

function readOptions(reader: Reader, parameters: readonly Word[], address: string): Options {
  const options: Options = {};
  const words = [...parameters];
  for (let word = words.shift(); word; word = words.shift()) {
    const { text } = word;
    if (text === 'no_track') options.untracked = true;
    // Every address of IPv6 is added so: keepalived.conf(5) has a word for what we always do.
    else if (text === '-nodad') continue;
    else if (!known.includes(text)) unknown(reader, word);
    else readOption(reader, word, words.shift(), { options, address });
  }
  return options;
}

function readOption(
  reader: Reader,
  word: Word,
  value: Word | undefined,
  { options, address }: { options: Options; address: string },
): void {
  const { text } = word;
  if (!value) reader.error(word, `"${text}" needs a value`);
  else if (text === 'dev') options.interface = value.text;
  else if (text === 'scope') readScope(reader, value, options);
  else if (text === 'preferred_lft') {
    if (!(familyOf(address) === 6 && value.text === '0' && !address.includes('/')))
      reader.error(value, 'other lifetimes than those of keepalived’s default are not supported');
  } else if (familyOf(address) === 6) reader.error(word, `"${text}" is a word of IPv4 addresses`);
  else if (text === 'label') readLabel(reader, value, options);
  else {
    const broadcast = ipv4Word(reader, value);
    if (broadcast !== undefined) options.broadcast = broadcast;
  }
}

function readScope(reader: Reader, value: Word, options: Options): void {
  const scope = scopes.get(value.text) ?? (/^\d+$/.test(value.text) ? Number(value.text) : 256);
  if (scope <= 255) options.scope = scope;
  else reader.error(value, `"${value.text}" is not a scope`, { expected: [...scopes.keys()].join(', ') });
}

function readLabel(reader: Reader, value: Word, options: Options): void {
  // IFNAMSIZ with its NUL: the kernel takes no more.
  if (value.text.length <= 15) options.label = value.text;
  else reader.error(value, `the label "${value.text}" is too long`, { expected: 'at most 15 characters' });
}

function unknown(reader: Reader, word: Word): void {
  const nearest = nearestWord(word.text, known);
  const expected = 'dev INTERFACE, brd ADDRESS, label NAME, scope SCOPE, no_track';
  reader.error(word, `"${word.text}" is not understood after an address`, {
    expected,
    ...defined({ nearest }),
  });
}

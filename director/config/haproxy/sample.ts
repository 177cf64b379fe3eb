import type { Converter, SampleExpression } from '../../engine/proxy/expressions.ts';
import { converters, fetches, isConverterName, isFetchName, type SampleType } from '../../engine/proxy/samples.ts';
import { nearestWord } from '../nearest-word.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { ArgumentError, parseArguments, type ArgumentList } from './argument-list.ts';
import { LineError, notServed, type Line } from './line.ts';
import { fetchNamed, unservedConverters, unservedFetches } from './sample-names.ts';
import type { Scope } from './scope.ts';

/** The same word from a character on, for messages. */
export function within(word: Word, index: number): Word {
  return { ...word, text: word.text.slice(index), column: word.column + index };
}

/** From which type to which a sample can be turned; section 7.1 of the manual, and sample.c where that is silent. */
const casts: Readonly<Record<SampleType, readonly SampleType[]>> = {
  any: ['bool', 'int', 'addr', 'ipv4', 'ipv6', 'str', 'bin', 'method'],
  bool: ['int', 'str', 'bin'],
  int: ['bool', 'addr', 'ipv4', 'ipv6', 'str', 'bin'],
  addr: [],
  ipv4: ['int', 'addr', 'ipv6', 'str', 'bin'],
  ipv6: ['addr', 'ipv4', 'str', 'bin'],
  str: ['bool', 'int', 'addr', 'ipv4', 'ipv6', 'bin', 'method'],
  bin: ['str', 'method'],
  method: ['str', 'bin'],
};

export function canBecome(from: SampleType, to: SampleType): boolean {
  return to === 'any' || from === to || casts[from].includes(to);
}

interface Parsed {
  readonly sample: SampleExpression;
  /** Where the word goes on. */
  readonly end: number;
}

const nameAt = (text: string, at: number): string => /^[\w.+-]*/.exec(text.slice(at))?.[0] ?? '';

/** Section 7.3: a fetch, its arguments, and converters behind commas, from `start` of a word on. Throws LineError. */
export function parseSample(word: Word, scope: Scope, start = 0): Parsed {
  const name = nameAt(word.text, start);
  const at = within(word, start);
  if (name === '') throw new LineError(at, 'a sample fetch is missing', { expected: 'such as src or hdr(host)' });
  return parseFetch(word, scope, { start, name });
}

/** The same for a fetch by another name than the one that stands there. */
export function parseFetch(word: Word, scope: Scope, as: { start: number; name: string; fetch?: string }): Parsed {
  const at = within(word, as.start);
  const { name, counter } = fetchNamed(as.fetch ?? as.name);
  if (!isFetchName(name)) throw unknownName(at, as.name, unservedFetches, fetches.keys(), 'sample fetch');
  const [type, parameters] = fetches.get(name) ?? ['any', ''];
  const signature = counter === undefined ? parameters : parameters.replace(/^int,?/, '');
  const list = argumentsAt(word, as.start + as.name.length, signature);
  const values = counter === undefined ? list.values : [counter, ...list.values];
  const resolved = resolve(at, values, parameters, scope);
  const chain = parseConverters(word, list.end, type, scope);
  return {
    sample: { fetch: name, arguments: resolved, converters: chain.converters, type: chain.type },
    end: chain.end,
  };
}

/** A sample that takes the whole of a word, and the words of converters behind it. Throws LineError. */
export function takeSample(line: Line, scope: Scope, expected = 'a sample fetch such as src'): SampleExpression {
  const word = line.take(expected);
  const { sample, end } = parseSample(word, scope);
  if (end < word.text.length)
    throw new LineError(within(word, end), `unexpected "${shown(word.text.slice(end))}" in a sample expression`, {
      expected: 'a comma and a converter',
    });
  const chain = [...sample.converters];
  let { type } = sample;
  while (isConverterName(nameAt(line.peek(), 0)) || unservedConverters.has(nameAt(line.peek(), 0))) {
    const next = line.take('');
    const more = parseConverters({ ...next, text: `,${next.text}`, column: next.column - 1 }, 0, type, scope);
    if (more.end <= next.text.length) throw new LineError(next, `"${shown(next.text)}" is not a converter`);
    chain.push(...more.converters);
    ({ type } = more);
  }
  return { ...sample, converters: chain, type };
}

function parseConverters(word: Word, start: number, from: SampleType, scope: Scope) {
  const chain: Converter[] = [];
  let type = from;
  let at = start;
  while (word.text[at] === ',') {
    while (word.text[at] === ',') at++;
    const name = nameAt(word.text, at);
    if (name === '') break;
    const place = within(word, at);
    if (!isConverterName(name)) throw unknownName(place, name, unservedConverters, converters.keys(), 'converter');
    const [input, parameters, output] = converters.get(name) ?? ['any', '', 'any'];
    if (!canBecome(type, input))
      throw new LineError(place, `"${name}" cannot be applied to a sample of type ${type}`, { expected: input });
    const list = argumentsAt(word, at + name.length, parameters);
    chain.push({ name, arguments: resolve(place, list.values, parameters, scope) });
    type = output;
    at = list.end;
  }
  return { converters: chain, type, end: at };
}

function argumentsAt(word: Word, start: number, signature: string): ArgumentList {
  try {
    return parseArguments(word.text, start, signature);
  } catch (error) {
    if (error instanceof ArgumentError)
      throw new LineError(within(word, error.at), error.message, { expected: signature || 'no arguments' });
    throw error;
  }
}

/** Names that are left out are the proxy's own; each is to be looked at when all proxies are known. */
function resolve(
  at: Word,
  values: readonly (string | number)[],
  parameters: string,
  scope: Scope,
): (string | number)[] {
  const types = parameters.split(',').map((type) => type.replace('?', ''));
  return values.map((value, index) => {
    const kind = types[index];
    if (typeof value === 'number') return value;
    if (kind === 'backend' || kind === 'frontend' || kind === 'table' || kind === 'userlist') {
      if (value === '' && kind === 'userlist') throw new LineError(at, 'the name of a userlist is missing');
      const name = value === '' ? scope.proxy : value;
      scope.references.push({ at, kind, name });
      return name;
    }
    if (kind !== 'server') return value;
    const [backend, name] = value.includes('/') ? splitOnce(value) : [scope.proxy, value];
    if (name === '') throw new LineError(at, 'the name of a server is missing');
    scope.references.push({ at, kind, backend, name });
    return `${backend}/${name}`;
  });
}

/** `backend/server` */
export function splitOnce(text: string): [string, string] {
  const slash = text.indexOf('/');
  return [text.slice(0, slash), text.slice(slash + 1)];
}

function unknownName(
  at: Word,
  name: string,
  known: ReadonlySet<string>,
  served: Iterable<string>,
  what: string,
): LineError {
  if (known.has(name)) return notServed(at, `the ${what} "${name}"`);
  const nearest = nearestWord(name, served);
  return new LineError(at, `unknown ${what} "${shown(name)}"`, nearest === undefined ? {} : { nearest });
}

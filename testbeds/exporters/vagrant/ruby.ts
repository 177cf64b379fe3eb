/** Ruby text, made of values: the one place where a text becomes a literal. */

export type RubyValue = string | number | boolean | RubySymbol | RubyList | RubyHash;
export interface RubySymbol {
  readonly symbol: string;
}
export type RubyList = readonly RubyValue[];
export interface RubyHash {
  readonly pairs: readonly (readonly [key: string, value: RubyValue])[];
}

const identifier = /^[a-z_]\w*$/i;

export function symbol(name: string): RubySymbol {
  return { symbol: name };
}

/** Keyword arguments and hashes, in the order of their keys. */
export function hash(entries: Readonly<Record<string, RubyValue | undefined>>): RubyHash {
  const given = Object.entries(entries).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return { pairs: given };
}

/** @throws RangeError for a number that has no literal */
export function ruby(value: RubyValue): string {
  if (typeof value === 'string') return rubyString(value);
  if (typeof value === 'number') return rubyNumber(value);
  if (typeof value === 'boolean') return String(value);
  if ('symbol' in value) return rubySymbol(value.symbol);
  if ('pairs' in value) return value.pairs.length === 0 ? '{}' : `{ ${rubyPairs(value).join(', ')} }`;
  return `[${value.map(ruby).join(', ')}]`;
}

/** What stands between a call's commas: values, a hash at the end as keyword arguments. */
export function rubyArguments(values: readonly RubyValue[]): string[] {
  return values.flatMap((value, index) => {
    const last = index === values.length - 1;
    return last && typeof value === 'object' && 'pairs' in value ? rubyPairs(value) : [ruby(value)];
  });
}

/** A comment, each line of it; what ends a line in Ruby cannot end the comment. */
export function rubyComment(text: string): string[] {
  return text.split(/\r\n|[\n\r\u0000\u2028\u2029]/).map((line) => `# ${line}`.trimEnd());
}

const escapes: Readonly<Record<string, string>> = {
  '\\': String.raw`\\`,
  '"': String.raw`\"`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

/** Double-quoted. Only "#" before "{", "$" or "@" would be looked into; it is escaped wherever it stands. */
function rubyString(text: string): string {
  const body = text.replaceAll(/[\\"\n\r\t#\p{Cc}\p{Cs}\u2028\u2029]/gu, (found) => {
    if (found === '#') return String.raw`\#`;
    return escapes[found] ?? String.raw`\u{${(found.codePointAt(0) ?? 0).toString(16)}}`;
  });
  // A lone surrogate has no literal: Ruby would refuse the file.
  if (/\p{Cs}/u.test(text)) throw new RangeError('A Ruby string cannot hold half a surrogate pair.');
  return `"${body}"`;
}

function rubyNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} has no literal in Ruby.`);
  const text = String(value);
  if (text.includes('e')) throw new RangeError(`${text} is too large or too small to be written out.`);
  return text;
}

function rubySymbol(name: string): string {
  return identifier.test(name) ? `:${name}` : `:${rubyString(name)}`;
}

function rubyPairs({ pairs }: RubyHash): string[] {
  return pairs.map(([key, value]) => `${identifier.test(key) ? key : rubyString(key)}: ${ruby(value)}`);
}

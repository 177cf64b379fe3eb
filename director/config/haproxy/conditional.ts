import { ArgumentError, parseArguments } from './argument-list.ts';
import type { Lookup } from './split-line.ts';

/** What is wrong with the condition of an `.if`. */
export class ConditionError extends Error {}

/** Of HAProxy's build options (`haproxy -vv`) those that stand for something that this director has too. */
const features = new Set([
  'ACCEPT4',
  'EPOLL',
  'GETADDRINFO',
  'LINUX_SPLICE',
  'LINUX_TPROXY',
  'OPENSSL',
  'POLL',
  'TPROXY',
]);

/** Whose configuration language this is. */
const version = '2.6.12';
/** What Node brings. */
const tlsLibrary = { name: 'OpenSSL', version: '3.0.0' };

/** Deeper nesting is refused. */
const maximumDepth = 1024;

type Predicate = (first: string, second: string, lookup: Lookup) => boolean;

const predicates: Readonly<Record<string, { readonly signature: string; readonly holds: Predicate }>> = {
  defined: { signature: 'str', holds: (name, _, lookup) => !name.startsWith('.') && lookup(name) !== undefined },
  feature: { signature: 'str', holds: (name) => features.has(name) },
  streq: { signature: 'str,str', holds: (left, right) => left === right },
  strneq: { signature: 'str,str', holds: (left, right) => left !== right },
  version_atleast: { signature: 'str', holds: (wanted) => compareVersions(version, wanted) >= 0 },
  version_before: { signature: 'str', holds: (wanted) => compareVersions(version, wanted) < 0 },
  openssl_version_atleast: { signature: 'str', holds: (wanted) => compareVersions(tlsLibrary.version, wanted) >= 0 },
  openssl_version_before: { signature: 'str', holds: (wanted) => compareVersions(tlsLibrary.version, wanted) < 0 },
  ssllib_name_startswith: { signature: 'str', holds: (start) => tlsLibrary.name.startsWith(start) },
};

/** By their names, for messages. */
export const predicateNames = Object.keys(predicates);

/** Section 2.4: whether the condition of an `.if` or `.elif` holds; an empty one does not. Throws ConditionError. */
export function evaluateCondition(text: string, lookup: Lookup): boolean {
  if (text === '') return false;
  const parser = new ConditionParser(text, lookup);
  const value = parser.alternatives(0);
  parser.end();
  return value;
}

class ConditionParser {
  readonly #text: string;
  readonly #lookup: Lookup;
  #at = 0;

  constructor(text: string, lookup: Lookup) {
    this.#text = text;
    this.#lookup = lookup;
  }

  alternatives(depth: number): boolean {
    let value = this.#conjunction(depth);
    while (this.#takes('||')) {
      const other = this.#conjunction(depth);
      value ||= other;
    }
    return value;
  }

  end(): void {
    this.#skipBlanks();
    if (this.#at < this.#text.length)
      throw new ConditionError(`"${this.#text.slice(this.#at)}" stands behind the condition's end`);
  }

  #conjunction(depth: number): boolean {
    let value = this.#term(depth);
    while (this.#takes('&&')) {
      const other = this.#term(depth);
      value &&= other;
    }
    return value;
  }

  #term(depth: number): boolean {
    this.#skipBlanks();
    let negated = false;
    while (this.#text[this.#at] === '!') {
      negated = !negated;
      this.#at++;
      this.#skipBlanks();
    }
    return this.#bareTerm(depth) !== negated;
  }

  #bareTerm(depth: number): boolean {
    const rest = this.#text.slice(this.#at);
    const [number] = /^[+-]?(?:0x[\da-f]+|\d+)/i.exec(rest) ?? [];
    if (number !== undefined) {
      this.#at += number.length;
      return Number(number.replace(/^[+-]/, '')) !== 0;
    }
    if (rest.startsWith('(')) return this.#parentheses(depth);
    const [name = ''] = /^[^ (]*/.exec(rest) ?? [];
    const predicate = Object.hasOwn(predicates, name) ? predicates[name] : undefined;
    if (!predicate) throw new ConditionError(`"${rest}" is not a condition`);
    try {
      const { values, end } = parseArguments(this.#text, this.#at + name.length, predicate.signature);
      this.#at = end;
      return predicate.holds(String(values[0]), String(values[1]), this.#lookup);
    } catch (error) {
      if (error instanceof ArgumentError) throw new ConditionError(`"${name}": ${error.message}`);
      throw error;
    }
  }

  #parentheses(depth: number): boolean {
    if (depth >= maximumDepth) throw new ConditionError('too many parentheses within each other');
    this.#at++;
    const value = this.alternatives(depth + 1);
    if (!this.#takes(')')) throw new ConditionError('a closing parenthesis is missing');
    return value;
  }

  #takes(token: string): boolean {
    this.#skipBlanks();
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #skipBlanks(): void {
    while (' \t'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }
}

/** `2.6-dev3` comes before `2.6`; what is not a number counts as 0. */
function compareVersions(left: string, right: string): number {
  const [ours, theirs] = [left, right].map((text) => {
    const [, numbers = '', development] = /^([\d.]*)(?:-dev(\d*))?/.exec(text) ?? [];
    const parts = numbers.split('.').map(Number);
    return [...[0, 1, 2].map((index) => parts[index] ?? 0), development === undefined ? 1e6 : Number(development)];
  });
  for (const [index, part] of (ours ?? []).entries()) {
    const difference = part - (theirs?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

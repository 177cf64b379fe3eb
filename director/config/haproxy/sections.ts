import type { Reader } from '../reader.ts';
import { nearestWord } from '../nearest-word.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import type { Context } from './context.ts';
import { hasBack, hasFront, type Draft, type Kind } from './drafts.ts';
import { readGlobalLine } from './global-lines.ts';
import { LineError, notServed, type Line } from './line.ts';
import { newDraft } from './new-draft.ts';
import { proxyKeywords } from './proxy-lines.ts';
import { removedProxyKeywords, unservedProxyKeywords } from './retired-words.ts';
import { checkName } from './quantities.ts';
import { readUserlistLine, type UserlistDraft } from './userlists.ts';

/** Sections that HAProxy has and we have not; their lines are not looked at. */
const unserved = new Set([
  ...['peers', 'resolvers', 'mailers', 'http-errors', 'cache', 'log-forward', 'ring', 'fcgi-app', 'program'],
  'namespace_list',
]);

const served = ['global', 'defaults', 'frontend', 'backend', 'listen', 'userlist'];

const kinds: ReadonlySet<string> = new Set<Kind>(['frontend', 'backend', 'listen', 'defaults']);

type Section =
  | { readonly kind: 'none' | 'ignored' | 'global' }
  | { readonly kind: 'proxy'; readonly draft: Draft }
  | { readonly kind: 'userlist'; readonly list: UserlistDraft };

/** Hands each line to the section that it stands in. */
export class Sections {
  readonly proxies: Draft[] = [];
  readonly userlists: UserlistDraft[] = [];
  /** By which `.SECTION` is known. */
  name = '';
  readonly #context: Context;
  readonly #reader: Reader;
  readonly #defaults: Draft[] = [];
  readonly #explicit = new Set<Draft>();
  readonly #implicit = new Set<Draft>();
  /** Defaults with rules, and the kind of proxy that has taken them. */
  readonly #ruled = new Map<Draft, Kind>();
  #section: Section = { kind: 'none' };

  constructor(context: Context) {
    this.#context = context;
    this.#reader = context.reader;
  }

  read(line: Line): void {
    try {
      if (this.#begins(line)) return;
      this.#readLine(line);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.#reader.error(error.at, error.message, error.details);
    }
  }

  #begins(line: Line): boolean {
    const { text } = line.keyword;
    if (!kinds.has(text) && !served.includes(text) && !unserved.has(text)) return false;
    this.name = line.peek() === '' ? text : line.peek();
    // Whatever is wrong with the head, the lines below are not those of the section before.
    this.#section = { kind: 'ignored' };
    if (unserved.has(text)) throw notServed(line.keyword, `a section "${text}"`);
    if (text === 'global') {
      this.#section = { kind: 'global' };
      line.end();
    } else if (text === 'userlist') this.#beginUserlist(line);
    else this.#beginProxy(line, text as Kind);
    return true;
  }

  #beginUserlist(line: Line): void {
    const name = line.take('a name');
    line.end();
    checkName(name, "a userlist's name");
    const list: UserlistDraft = { name: name.text, users: new Map(), groups: new Map() };
    this.#section = { kind: 'userlist', list };
    if (this.userlists.some((one) => one.name === name.text))
      this.#reader.warn(name, `the userlist "${name.text}" is there already: this one is ignored`);
    else this.userlists.push(list);
  }

  #beginProxy(line: Line, kind: Kind): void {
    const isNameless = kind === 'defaults' && (line.isDone || (line.peek() === 'from' && line.peek(1) !== ''));
    const at = isNameless ? line.keyword : line.take('a name');
    const name = isNameless ? '' : at.text;
    if (kind !== 'defaults') checkName(at, `the name of a ${kind}`);
    if (!line.isDone && line.peek() !== 'from')
      throw new LineError(line.next, `unexpected "${shown(line.peek())}"`, {
        expected: kind === 'defaults' ? '"from"' : 'a line "bind" for addresses to listen on',
      });
    const parent = line.takeIf('from') ? this.#defaultsNamed(line.take('a name')) : this.#lastDefaults(kind);
    line.end();
    const draft = newDraft(kind, name, at, parent);
    this.#section = { kind: 'proxy', draft };
    if (parent) this.#checkInheritance(at, kind, parent);
    if (kind === 'defaults') this.#defaults.push(draft);
    else this.#addProxy(draft);
  }

  #addProxy(draft: Draft): void {
    const other = this.proxies.find(
      (one) => one.name === draft.name && (hasFront(draft) ? hasFront(one) : hasBack(one)),
    );
    if (other)
      this.#reader.error(draft.at, `there is a ${other.kind} "${draft.name}" already, in line ${other.at.line}`);
    this.proxies.push(draft);
  }

  #lastDefaults(kind: Kind): Draft | undefined {
    const last = kind === 'defaults' ? undefined : this.#defaults.at(-1);
    if (last) this.#implicit.add(last);
    return last;
  }

  #defaultsNamed(word: Word): Draft {
    const found = this.#defaults.filter(({ name }) => name === word.text);
    const [defaults, other] = found;
    if (!defaults) {
      const nearest = nearestWord(
        word.text,
        this.#defaults.map(({ name }) => name).filter((name) => name !== ''),
      );
      const details = nearest === undefined ? {} : { nearest };
      throw new LineError(word, `there are no defaults "${shown(word.text)}"`, details);
    }
    if (other)
      this.#reader.error(
        word,
        `there are several defaults "${word.text}", in lines ${defaults.at.line} and ${other.at.line}`,
      );
    checkName(word, 'a name of defaults');
    this.#explicit.add(defaults);
    return defaults;
  }

  /** Rules in defaults are there for proxies of one kind only. */
  #checkInheritance(at: Word, kind: Kind, parent: Draft): void {
    if (this.#explicit.has(parent) && this.#implicit.has(parent))
      this.#reader.warn(at, 'these defaults are used by their name elsewhere and without it here');
    const { rules } = parent;
    const before = [...rules.tcpConnection, ...rules.tcpSession];
    const all = [...before, ...rules.tcpContent, ...rules.tcpResponse, ...rules.httpRequest, ...rules.httpResponse];
    if (all.length + rules.httpAfterResponse.length === 0) return;
    const first = this.#ruled.get(parent) ?? kind;
    this.#ruled.set(parent, first);
    const fault =
      kind === 'defaults' || kind === 'listen'
        ? `a "${kind}" cannot take over rules from defaults`
        : first !== kind
          ? 'frontends and backends cannot take over rules from the same defaults'
          : kind === 'backend' && before.length > 0
            ? 'a backend cannot take over rules for connections and sessions'
            : kind === 'frontend' && rules.tcpResponse.length > 0
              ? 'a frontend cannot take over rules for responses of TCP'
              : undefined;
    if (fault !== undefined) this.#reader.error(at, fault);
  }

  #readLine(line: Line): void {
    const section = this.#section;
    switch (section.kind) {
      case 'none': {
        const nearest = nearestWord(line.keyword.text, served);
        throw new LineError(line.keyword, `"${shown(line.keyword.text)}" stands before any section`, {
          expected: served.join(', '),
          ...(nearest === undefined ? {} : { nearest }),
        });
      }
      case 'ignored':
        return;
      case 'global':
        readGlobalLine(line, this.#context);
        return;
      case 'userlist':
        readUserlistLine(line, section.list, this.#context);
        return;
      case 'proxy':
        this.#readProxyLine(line, section.draft);
    }
  }

  #readProxyLine(line: Line, draft: Draft): void {
    const { keyword } = line;
    const found = Object.hasOwn(proxyKeywords, keyword.text) ? proxyKeywords[keyword.text] : undefined;
    if (!found) throw unknownKeyword(keyword, draft.kind);
    if (found.inDefaults === false && draft.kind === 'defaults')
      throw new LineError(keyword, `"${keyword.text}" cannot stand in defaults`);
    const fits = found.side === undefined || (found.side === 'front' ? hasFront(draft) : hasBack(draft));
    if (fits) {
      if (!draft.seen.has(keyword.text)) draft.seen.set(keyword.text, keyword);
      found.read(line, draft, this.#context);
      return;
    }
    if (found.strict) throw new LineError(keyword, `"${keyword.text}" cannot stand in a ${draft.kind}`);
    this.#reader.warn(keyword, `"${keyword.text}" is ignored in a ${draft.kind}`);
    // Its own faults are faults all the same.
    found.read(line, { ...newDraft(draft.kind, draft.name, draft.at, draft), acls: draft.acls }, this.#context);
  }
}

function unknownKeyword(keyword: Word, kind: Kind): LineError {
  const { text } = keyword;
  if (unservedProxyKeywords.has(text)) return notServed(keyword);
  const instead = Object.hasOwn(removedProxyKeywords, text) ? removedProxyKeywords[text] : undefined;
  if (instead !== undefined)
    return new LineError(keyword, `HAProxy 2.6 has no "${text}" any more`, { expected: instead });
  const nearest = nearestWord(text, [...Object.keys(proxyKeywords), ...served]);
  return new LineError(keyword, `unknown word "${shown(text)}" in ${kind}`, nearest === undefined ? {} : { nearest });
}

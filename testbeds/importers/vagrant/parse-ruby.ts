import { joinLines, Malformed } from './join-lines.ts';
import { tokenize } from './lexer.ts';
import { reasonOf, written } from './spelling.ts';
import type { Assignment, Block, Call, Opaque, Pair, Statement, Syntax, Value, Written } from './syntax.ts';
import type { Token } from './tokens.ts';

/** Never throws and runs nothing: what is no Ruby comes back with its place. */
export function parseRuby(text: string): Syntax {
  const lexed = tokenize(text);
  if (!lexed.ok) return lexed;
  try {
    return { ok: true, statements: new Parser(joinLines(lexed.tokens)).program(), comments: lexed.comments };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, message: error.message, ...error.place };
    throw error;
  }
}

/** The statement is not of the kind that we know; it is skipped as a whole. */
class Unfamiliar extends Error {}

const blockWords = new Set(['if', 'unless', 'while', 'until', 'for', 'case', 'begin', 'def', 'class', 'module']);
const loopWords = new Set(['while', 'until', 'for']);
/** Words that begin a statement which is no call. */
const reserved = new Set([
  ...blockWords,
  ...[
    'end',
    'else',
    'elsif',
    'when',
    'in',
    'rescue',
    'ensure',
    'then',
    'do',
    'return',
    'next',
    'break',
    'redo',
    'retry',
  ],
  ...[
    'yield',
    'super',
    'self',
    'nil',
    'true',
    'false',
    'not',
    'and',
    'or',
    'alias',
    'undef',
    'BEGIN',
    'END',
    'defined?',
  ],
]);
/** No Vagrantfile is deeper; what is would only be there to break us. */
const DEEPEST = 50;

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  program(): Statement[] {
    const statements = this.#statements();
    const stray = this.#peek();
    if (stray.kind !== 'end') throw new Malformed(`"${stray.text}" ends nothing.`, stray);
    return statements;
  }

  /** Up to the end of the text or of the block around. */
  #statements(): Statement[] {
    const found: Statement[] = [];
    for (;;) {
      while (this.#peek().kind === 'newline') this.#at += 1;
      const token = this.#peek();
      if (token.kind === 'end' || isWord(token, 'end')) return found;
      found.push(this.#statement());
    }
  }

  #statement(): Statement {
    const from = this.#at;
    try {
      const statement = this.#familiar();
      const { line, column } = this.#token(from);
      return { ...statement, line, column, text: written(this.#tokens.slice(from, this.#at)) };
    } catch (error) {
      if (!(error instanceof Unfamiliar)) throw error;
      this.#at = from;
      return this.#opaque();
    }
  }

  #familiar(): Omit<Assignment, keyof Written> | Omit<Call, keyof Written> {
    const path = this.#path();
    const next = this.#peek();
    if (isMark(next, '=')) {
      this.#at += 1;
      const value = this.#value();
      this.#finish();
      return { kind: 'assignment', target: path, value };
    }
    if (path.endsWith(']')) throw new Unfamiliar();
    const args = this.#arguments();
    const block = isWord(this.#peek(), 'do') ? this.#block() : undefined;
    this.#finish();
    return { kind: 'call', method: path, ...args, ...(block === undefined ? {} : { block }) };
  }

  /** `config.vm.box`, or `ENV["NAME"]`. */
  #path(): string {
    const words = [this.#word()];
    while (isMark(this.#peek(), '.')) {
      this.#at += 1;
      words.push(this.#word());
    }
    const bracket = this.#peek();
    if (!isMark(bracket, '[') || bracket.spaced) return words.join('.');
    const key = this.#token(this.#at + 1);
    if (key.kind !== 'string' || !isMark(this.#token(this.#at + 2), ']')) throw new Unfamiliar();
    this.#at += 3;
    return `${words.join('.')}[${JSON.stringify(key.text)}]`;
  }

  #word(): string {
    const token = this.#peek();
    if (token.kind !== 'word' || reserved.has(token.text)) throw new Unfamiliar();
    this.#at += 1;
    return token.text;
  }

  #arguments(): { positional: Value[]; keywords: Pair[] } {
    const bracket = this.#peek();
    if (isMark(bracket, '(') && !bracket.spaced) {
      this.#at += 1;
      return this.#list((token) => isMark(token, ')'), true);
    }
    return this.#list((token) => token.kind === 'newline' || isWord(token, 'do'), false);
  }

  /** Values, then keywords; `closed` takes the closing sign too. */
  #list(isEnd: (token: Token) => boolean, closed: boolean): { positional: Value[]; keywords: Pair[] } {
    const positional: Value[] = [];
    const keywords: Pair[] = [];
    while (!isEnd(this.#peek())) {
      const pair = this.#pair();
      if (pair !== undefined) keywords.push(pair);
      else if (keywords.length > 0) throw new Unfamiliar();
      else positional.push(this.#value());
      if (isEnd(this.#peek())) break;
      this.#expect(',');
    }
    if (closed) this.#at += 1;
    return { positional, keywords };
  }

  /** `key: value`, `"key" => value` or `:key => value`. */
  #pair(): Pair | undefined {
    const token = this.#peek();
    if (token.kind === 'label') {
      this.#at += 1;
      return { key: token.text, value: this.#value() };
    }
    const arrow = token.kind === 'string' || token.kind === 'symbol';
    if (!arrow || !isMark(this.#token(this.#at + 1), '=>')) return undefined;
    this.#at += 2;
    return { key: token.text, value: this.#value() };
  }

  #value(): Value {
    const token = this.#peek();
    const { line, column, text } = token;
    this.#at += 1;
    switch (token.kind) {
      case 'string':
      case 'symbol':
        return { kind: token.kind, text, line, column };
      case 'number': {
        if (!/^\d[\d_]*(\.\d+)?$/.test(text)) throw new Unfamiliar();
        return { kind: 'number', number: Number(text.replaceAll('_', '')), line, column };
      }
      case 'word':
        if (text !== 'true' && text !== 'false' && text !== 'nil') throw new Unfamiliar();
        return { kind: 'constant', text, line, column };
      case 'mark':
        return this.#collection(token);
      case 'label':
      case 'template':
      case 'newline':
      case 'other':
      case 'end':
        throw new Unfamiliar();
    }
  }

  #collection({ text, line, column }: Token): Value {
    this.#deeper();
    try {
      if (text === '[') {
        const { positional, keywords } = this.#list((token) => isMark(token, ']'), true);
        if (keywords.length > 0) throw new Unfamiliar();
        return { kind: 'list', items: positional, line, column };
      }
      if (text !== '{') throw new Unfamiliar();
      const { positional, keywords } = this.#list((token) => isMark(token, '}'), true);
      if (positional.length > 0) throw new Unfamiliar();
      return { kind: 'hash', pairs: keywords, line, column };
    } finally {
      this.#depth -= 1;
    }
  }

  #block(): Block {
    const opening = this.#peek();
    this.#at += 1;
    this.#deeper();
    const parameters: string[] = [];
    if (isMark(this.#peek(), '|')) {
      this.#at += 1;
      for (;;) {
        parameters.push(this.#word());
        if (isMark(this.#peek(), '|')) break;
        this.#expect(',');
      }
      this.#at += 1;
    }
    const body = this.#statements();
    this.#depth -= 1;
    if (!isWord(this.#peek(), 'end')) throw new Malformed('This block has no "end".', opening);
    this.#at += 1;
    return { parameters, body };
  }

  #deeper(): void {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new Malformed('This is nested too deeply.', this.#peek());
  }

  #expect(mark: string): void {
    if (!isMark(this.#peek(), mark)) throw new Unfamiliar();
    this.#at += 1;
  }

  #finish(): void {
    const token = this.#peek();
    if (token.kind !== 'newline' && token.kind !== 'end' && !isWord(token, 'end')) throw new Unfamiliar();
  }

  /** To the end of a statement of any kind, over all blocks in it. */
  #opaque(): Opaque {
    const from = this.#at;
    const open: Token[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'end') break;
      if (open.length === 0 && (token.kind === 'newline' || (this.#at > from && isWord(token, 'end')))) break;
      this.#at += 1;
      if (isWord(token, 'end') && !this.#named(this.#at - 1)) open.pop();
      else if (this.#opens(this.#at - 1, from, open)) open.push(token);
    }
    const [unclosed] = open;
    if (unclosed !== undefined) throw new Malformed(`"${unclosed.text}" has no "end".`, unclosed);
    const tokens = this.#tokens.slice(from, this.#at);
    const { line, column } = this.#token(from);
    return { kind: 'opaque', reason: reasonOf(tokens), tokens, text: written(tokens), line, column };
  }

  /** Whether the token begins something that an "end" ends. */
  #opens(index: number, from: number, open: readonly Token[]): boolean {
    const token = this.#token(index);
    if (token.kind !== 'word' || this.#named(index)) return false;
    if (token.text === 'do') return !this.#loopAwaitsDo(index, open.at(-1));
    if (!blockWords.has(token.text)) return false;
    const before = index === from ? undefined : this.#token(index - 1);
    if (before === undefined || before.kind === 'newline') return true;
    // `x = if …` begins a block; `x = 1 if …` is a modifier.
    return before.kind === 'mark' ? !/^[)\]}|]$/.test(before.text) || isMark(before, '|') : opensAfter.has(before.text);
  }

  /** The "do" of `while … do` belongs to the loop. */
  #loopAwaitsDo(index: number, open: Token | undefined): boolean {
    if (open === undefined || !loopWords.has(open.text)) return false;
    for (let at = index - 1; at >= 0; at -= 1) {
      const token = this.#token(at);
      if (token === open) return true;
      if (token.kind === 'newline' || isWord(token, 'do')) return false;
    }
    return false;
  }

  /** A method's name, as in `range.end`. */
  #named(index: number): boolean {
    const before = this.#token(index - 1);
    return before.kind === 'mark' && (before.text === '.' || before.text === '&.');
  }

  #peek(): Token {
    return this.#token(this.#at);
  }

  #token(index: number): Token {
    return this.#tokens[index] ?? endOfText;
  }
}

const opensAfter = new Set(['do', 'then', 'else', 'begin', 'and', 'or', 'not', 'return', 'ensure', 'rescue']);
const endOfText: Token = { kind: 'end', text: '', spaced: true, line: 1, column: 1 };

function isMark(token: Token, text: string): boolean {
  return token.kind === 'mark' && token.text === text;
}

function isWord(token: Token, text: string): boolean {
  return token.kind === 'word' && token.text === text;
}

import type { Word } from '../statements.ts';

/** What is wrong with a line before its words mean anything; `column` is 1-based. */
export interface LineFault {
  readonly column: number;
  readonly message: string;
  readonly expected?: string;
}

export interface SplitLine {
  readonly words: readonly Word[];
  readonly fault?: LineFault;
}

/** Gives the value of an environment variable, or of one of the pseudo-variables `.LINE`, `.FILE` and `.SECTION`. */
export type Lookup = (name: string) => string | undefined;

/** More are refused (the manual gives no number; it is 64 in every build). */
export const maximumWords = 64;

/**
 * Sections 2.2 and 2.3 of the manual: words apart by blanks; weak and strong quotes; a backslash before blanks, `#`, quotes
 * and itself, `\t`, `\n`, `\r`, `\xHH`; comments; environment variables, within weak quotes only, as `$X`, `${X}`,
 * `${X-default}` and, for several words, `${X[*]}`.
 */
export function splitLine(text: string, line: number, lookup: Lookup): SplitLine {
  return new Splitter(text, line, lookup).split();
}

const blanks = ' \t\v\f';
const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };

class Splitter {
  readonly #text: string;
  readonly #line: number;
  readonly #lookup: Lookup;
  readonly #words: Word[] = [];
  #at = 0;
  #word: string | undefined;
  #start = 0;
  #separators = 0;
  /** The quote that is open, and where it was opened. */
  #quote: { readonly kind: string; readonly at: number } | undefined;
  #fault: LineFault | undefined;

  constructor(text: string, line: number, lookup: Lookup) {
    this.#text = text;
    this.#line = line;
    this.#lookup = lookup;
    while (blanks.includes(text[this.#at] ?? 'x')) this.#at++;
    this.#start = this.#at;
  }

  split(): SplitLine {
    while (this.#at < this.#text.length && !this.#fault) {
      const character = this.#text.charAt(this.#at);
      if (character === '\r' || (character === '#' && !this.#quote)) break;
      this.#take(character);
    }
    if (!this.#fault && this.#quote) this.#fail(this.#quote.at, 'a quote that is never closed', this.#quote.kind);
    this.#endWord(false);
    if (!this.#fault && this.#separators >= maximumWords)
      this.#fail(this.#start, `more than ${maximumWords} words in one line`);
    return { words: this.#words, ...(this.#fault ? { fault: this.#fault } : {}) };
  }

  #take(character: string): void {
    if (character === '\0') this.#fail(this.#at, 'a NUL character');
    else if (character === '"' || character === "'") this.#takeQuote(character);
    else if (character === '\\' && this.#quote?.kind !== "'") this.#takeEscape();
    else if (blanks.includes(character) && !this.#quote) this.#takeBlanks();
    else if (character === '$' && this.#quote?.kind === '"') this.#takeVariable();
    else this.#emit(character, 1);
  }

  #emit(text: string, length: number): void {
    this.#word = (this.#word ?? '') + text;
    this.#at += length;
  }

  #takeQuote(kind: string): void {
    if (this.#quote && this.#quote.kind !== kind) {
      this.#emit(kind, 1);
      return;
    }
    this.#quote = this.#quote ? undefined : { kind, at: this.#at };
    // "" is a word, if an empty one.
    this.#emit('', 1);
  }

  #takeBlanks(): void {
    while (blanks.includes(this.#text[this.#at] ?? 'x')) this.#at++;
    this.#endWord(true);
  }

  #endWord(separated: boolean): void {
    if (separated) this.#separators++;
    // What trails the last blank is no word, and neither is an empty one at the very end.
    if (separated || (this.#word !== undefined && this.#word !== ''))
      this.#words.push({ text: this.#word ?? '', line: this.#line, column: this.#start + 1 });
    this.#word = undefined;
    this.#start = this.#at;
  }

  #takeEscape(): void {
    const next = this.#text.charAt(this.#at + 1);
    const meant = escapes[next];
    if (meant !== undefined) this.#emit(meant, 2);
    else if (next !== '' && (' \\#\'"'.includes(next) || (next === '$' && this.#quote))) this.#emit(next, 2);
    else if (next === 'x') this.#takeHexadecimal();
    else this.#emit('\\', 1);
  }

  #takeHexadecimal(): void {
    const digits = this.#text.slice(this.#at + 2, this.#at + 4);
    const code = /^[\dA-Fa-f]{2}$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
    if (Number.isNaN(code)) this.#fail(this.#at, 'not a hexadecimal sequence', String.raw`\x and two digits`);
    else if (code === 0 || code > 0x7f)
      this.#fail(this.#at, `octets of value ${code} in the configuration are not served`, '1 to 127');
    else this.#emit(String.fromCharCode(code), 4);
  }

  #takeVariable(): void {
    const brace = this.#text[this.#at + 1] === '{';
    const start = this.#at + (brace ? 2 : 1);
    const [name = ''] = /^(?:[A-Za-z_]\w*|\.\w*)/.exec(this.#text.slice(start)) ?? [];
    if (name === '') {
      this.#fail(start, "an environment variable's name cannot begin like this", 'a letter or an underscore');
      return;
    }
    const value = this.#lookup(name);
    if (name.startsWith('.') && value === undefined) {
      this.#fail(start, `there is no pseudo-variable "${name}"`, '.FILE, .LINE or .SECTION');
      return;
    }
    if (brace) this.#takeBraces(start + name.length, value);
    else {
      this.#emit(value ?? '', 0);
      this.#at = start + name.length;
    }
  }

  /** From behind the name on: `[*]`, `-default`, `}`. */
  #takeBraces(after: number, value: string | undefined): void {
    const brace = this.#at + 1;
    const expands = this.#text[after] === '[';
    if (expands && this.#text.slice(after, after + 3) !== '[*]') {
      this.#fail(after, 'not a word expansion', '[*]');
      return;
    }
    const rest = this.#text.slice(after + (expands ? 3 : 0));
    const [whole, otherwise] = /^(?:-([^}]*))?\}/.exec(rest) ?? [];
    if (whole === undefined) {
      this.#fail(brace, "the braces of the environment variable's name are never closed", '}');
      return;
    }
    this.#at = after + (expands ? 3 : 0) + whole.length;
    const text = value ?? otherwise ?? '';
    if (expands) this.#emitWords(text);
    else this.#emit(text, 0);
  }

  #emitWords(text: string): void {
    for (const [index, part] of text.split(/\s+/).entries()) {
      if (index > 0) this.#endWord(true);
      this.#emit(part, 0);
    }
  }

  #fail(at: number, message: string, expected?: string): void {
    this.#fault = { column: at + 1, message, ...(expected === undefined ? {} : { expected }) };
  }
}

import type { Comment, Place, Token, TokenKind, Tokens } from './tokens.ts';

export function tokenize(text: string): Tokens {
  const lexer = new Lexer(text.replaceAll(/\r\n?/g, '\n'));
  try {
    lexer.run();
  } catch (error) {
    if (error instanceof Unterminated) return { ok: false, message: error.message, ...error.place };
    throw error;
  }
  return { ok: true, tokens: lexer.tokens, comments: lexer.comments };
}

class Unterminated extends Error {
  readonly place: Place;

  constructor(what: string, place: Place) {
    super(`${what} does not end.`);
    this.place = place;
  }
}

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' };
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', s: ' ', 0: '\0', e: '\x1b', a: '\x07' };
/** With the sign at the end of some methods, but not the one of an assignment. */
const words = /[a-z_\u0080-\uffff][\w\u0080-\uffff]*[?!](?!=[^=~>])|[a-z_\u0080-\uffff][\w\u0080-\uffff]*/iy;
/** Longest first. */
const marks =
  /(?:\*\*=|<=>|===|\.\.\.|&&=|\|\|=|<<=|>>=|=>|==|=~|!=|!~|&&|\|\||::|\.\.|&\.|->|\*\*|[+\-*/%|&^<>]=|<<|>>)/y;

class Lexer {
  readonly tokens: Token[] = [];
  readonly comments: Comment[] = [];
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;
  /** Heredocs whose text begins on the next line. */
  #pending: { readonly name: string; readonly place: Place }[] = [];

  constructor(text: string) {
    this.#text = text.startsWith('\uFEFF') ? text.slice(1) : text;
  }

  run(): void {
    while (this.#at < this.#text.length) {
      if (this.#blockComment()) continue;
      if (this.#atLineStart() && /__END__(\n|$)/y.test(this.#rest(8))) break;
      this.#one();
    }
    this.#checkHeredocs();
    this.#push('newline', '\n', this.#place());
    this.#push('end', '', this.#place());
  }

  #one(): void {
    const char = this.#text[this.#at] ?? '';
    const place = this.#place();
    if (char === '\n') this.#newline(place);
    else if (/\s/.test(char)) this.#at += 1;
    else if (char === '\\' && this.#text[this.#at + 1] === '\n') this.#continued();
    else if (char === '#') this.#comment(place);
    else if (char === '"' || char === "'") this.#quoted(char, place);
    else if (char === '`') this.#opaque(char, '`', place, 'The command that begins here');
    else this.#word(char, place);
  }

  #word(char: string, place: Place): void {
    if (this.#match(words, 'word', place)) return this.#label();
    if (this.#match(/[$@]+\w+/y, 'other', place)) return;
    if (this.#match(/\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?\w*/iy, 'number', place)) return;
    if (this.#symbol(place) || this.#literal(char, place)) return;
    if (this.#match(marks, 'mark', place)) return;
    this.#push('mark', char, place);
    this.#at += 1;
  }

  #newline(place: Place): void {
    this.#push('newline', '\n', place);
    this.#nextLine();
    for (const { name, place: from } of this.#pending.splice(0)) this.#heredocText(name, from);
  }

  #continued(): void {
    this.#at += 1;
    this.#nextLine();
  }

  #nextLine(): void {
    this.#at += 1;
    this.#line += 1;
    this.#lineStart = this.#at;
  }

  #blockComment(): boolean {
    if (!this.#atLineStart() || !/^=begin(\s|$)/.test(this.#rest(7))) return false;
    const place = this.#place();
    for (;;) {
      const end = this.#text.indexOf('\n', this.#at);
      const last = this.#text.startsWith('=end', this.#at);
      if (end === -1 && !last) throw new Unterminated('The comment that begins here', place);
      this.#at = end === -1 ? this.#text.length - 1 : end;
      this.#nextLine();
      if (last) return true;
    }
  }

  #comment(place: Place): void {
    const end = this.#text.indexOf('\n', this.#at);
    const stop = end === -1 ? this.#text.length : end;
    this.comments.push({ ...place, text: this.#text.slice(this.#at + 1, stop).trim() });
    this.#at = stop;
  }

  #quoted(quote: '"' | "'", place: Place): void {
    const spaced = this.#spaced();
    const { value, looked } = this.#string(quote, place);
    const label = this.#text[this.#at] === ':' && this.#text[this.#at + 1] !== ':';
    if (label) this.#at += 1;
    const kind = looked ? 'template' : label ? 'label' : 'string';
    this.tokens.push({ kind, text: value, spaced, ...place });
  }

  /** From its first quotation mark to behind its last. */
  #string(quote: string, place: Place): { value: string; looked: boolean } {
    this.#at += 1;
    let value = '';
    let looked = false;
    while (this.#text[this.#at] !== quote) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new Unterminated('The text that begins here', place);
      if (char === '\\') value += this.#escape(quote);
      else if (quote === '"' && char === '#' && /[{$@]/.test(this.#text[this.#at + 1] ?? '')) {
        looked = true;
        value += this.#interpolation(place);
      } else {
        value += char;
        if (char === '\n') this.#nextLine();
        else this.#at += 1;
      }
    }
    this.#at += 1;
    return { value, looked };
  }

  #escape(quote: string): string {
    const char = this.#text[this.#at + 1] ?? '';
    if (quote !== '"') {
      if (char === quote || char === '\\') {
        this.#at += 2;
        return char;
      }
      this.#at += 1;
      return '\\';
    }
    const code = /\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{1,2})/iy;
    code.lastIndex = this.#at;
    const found = code.exec(this.#text);
    const point = Number.parseInt(found?.[1] ?? found?.[2] ?? found?.[3] ?? '', 16);
    if (found !== null && point <= 0x10ffff) {
      this.#at += found[0].length;
      return String.fromCodePoint(point);
    }
    this.#at += 1;
    if (char === '\n') {
      this.#nextLine();
      return '';
    }
    this.#at += 1;
    return escapes[char] ?? char;
  }

  /** `#{…}` with whatever is in it, as it is written. */
  #interpolation(place: Place): string {
    const from = this.#at;
    this.#at += 2;
    if (this.#text[from + 1] !== '{') return this.#text.slice(from, this.#at);
    for (let depth = 1; depth > 0;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new Unterminated('The text that begins here', place);
      if (char === '\n') this.#nextLine();
      else if (char === '"' || char === "'") this.#skipInner(char);
      else {
        if (char === '{') depth += 1;
        if (char === '}') depth -= 1;
        this.#at += 1;
      }
    }
    return this.#text.slice(from, this.#at);
  }

  /** A text inside an interpolation; what is in that is not looked into again. */
  #skipInner(quote: string): void {
    const place = this.#place();
    this.#at += 1;
    while (this.#text[this.#at] !== quote) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new Unterminated('The text that begins here', place);
      if (char === '\n') this.#nextLine();
      else this.#at += char === '\\' && this.#text[this.#at + 1] !== '\n' ? 2 : 1;
    }
    this.#at += 1;
  }

  /** A word with a colon at once behind it, and no second one. */
  #label(): void {
    const last = this.tokens.at(-1);
    const before = this.tokens.at(-2);
    if (last === undefined || this.#text[this.#at] !== ':' || this.#text[this.#at + 1] === ':') return;
    if (before?.kind === 'mark' && before.text === '?') return;
    this.#at += 1;
    this.tokens[this.tokens.length - 1] = { ...last, kind: 'label' };
  }

  #symbol(place: Place): boolean {
    if (this.#text[this.#at] !== ':' || this.#text[this.#at + 1] === ':') return false;
    const spaced = this.#spaced();
    if (this.#text[this.#at + 1] === '"') {
      this.#at += 1;
      const { value, looked } = this.#string('"', place);
      this.tokens.push({ kind: looked ? 'template' : 'symbol', text: value, spaced, ...place });
      return true;
    }
    const pattern = /:([a-z_]\w*[?!]?)/iy;
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return false;
    this.tokens.push({ kind: 'symbol', text: found[1] ?? '', spaced, ...place });
    this.#at += found[0].length;
    return true;
  }

  /** Regular expressions, `%w[…]` and heredocs, which only stand where a value may begin. */
  #literal(char: string, place: Place): boolean {
    if (!this.#valueMayBegin()) return false;
    if (char === '/') {
      this.#opaque('/', '/', place, 'The regular expression that begins here');
      return true;
    }
    const percent = /%[qQwWiIrx]?([^\w\s])/y;
    percent.lastIndex = this.#at;
    const found = char === '%' ? percent.exec(this.#text) : null;
    if (found !== null) {
      this.#at += found[0].length - 1;
      const open = found[1] ?? '';
      this.#opaque(open, closers[open] ?? open, place, 'The text that begins here');
      return true;
    }
    const heredoc = /<<[~-]?(["'`]?)([a-z_]\w*)\1/iy;
    heredoc.lastIndex = this.#at;
    const named = char === '<' ? heredoc.exec(this.#text) : null;
    if (named === null) return false;
    this.#push('other', named[0], place);
    this.#pending.push({ name: named[2] ?? '', place });
    this.#at += named[0].length;
    return true;
  }

  #valueMayBegin(): boolean {
    const last = this.tokens.at(-1);
    if (last === undefined || last.kind === 'newline' || last.kind === 'label') return true;
    if (last.kind === 'mark') return !/^[)\]}]$/.test(last.text);
    // `puts /x/` and `path <<~TEXT` have a space before and none behind; `a / b` has both.
    const next = this.#text[this.#at + 1] ?? '';
    return last.kind === 'word' && this.#spaced() && !/[\s=]/.test(next);
  }

  /** From its opening sign to behind its closing one, as it is written. */
  #opaque(open: string, close: string, place: Place, what: string): void {
    const from = this.#at;
    const spaced = this.#spaced();
    this.#at += 1;
    for (let depth = 1; depth > 0;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new Unterminated(what, place);
      if (char === '\n') {
        this.#nextLine();
        continue;
      }
      if (char === close) depth -= 1;
      else if (char === open) depth += 1;
      this.#at += char === '\\' && this.#text[this.#at + 1] !== '\n' ? 2 : 1;
    }
    const flags = close === '/' ? (/[a-z]*/y.exec(this.#rest(8))?.[0].length ?? 0) : 0;
    this.#at += flags;
    this.tokens.push({ kind: 'other', text: this.#text.slice(from, this.#at), spaced, ...place });
  }

  /** The lines of a heredoc belong to its mark, so that what is in them counts when two texts are compared. */
  #heredocText(name: string, from: Place): void {
    const begin = this.#at;
    for (;;) {
      if (this.#at >= this.#text.length) throw new Unterminated(`The text up to ${name}`, from);
      const end = this.#text.indexOf('\n', this.#at);
      const stop = end === -1 ? this.#text.length : end;
      const line = this.#text.slice(this.#at, stop);
      this.#at = stop;
      this.#nextLine();
      if (line.trim() === name) break;
    }
    const index = this.tokens.findIndex(({ line, column }) => line === from.line && column === from.column);
    const token = this.tokens[index];
    if (token !== undefined) this.tokens[index] = { ...token, text: token.text + this.#text.slice(begin, this.#at) };
  }

  #checkHeredocs(): void {
    const [first] = this.#pending;
    if (first !== undefined) throw new Unterminated(`The text up to ${first.name}`, first.place);
  }

  #match(pattern: RegExp, kind: TokenKind, place: Place): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return false;
    this.#push(kind, found[0], place);
    this.#at += found[0].length;
    return true;
  }

  #push(kind: TokenKind, text: string, place: Place): void {
    this.tokens.push({ kind, text, spaced: this.#spaced(), ...place });
  }

  #spaced(): boolean {
    return this.#at === 0 || /\s/.test(this.#text[this.#at - 1] ?? ' ');
  }

  #atLineStart(): boolean {
    return this.#at === this.#lineStart;
  }

  #rest(length: number): string {
    return this.#text.slice(this.#at, this.#at + length);
  }

  #place(): Place {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }
}

/** A piece of a brace-structured configuration file with its place; lines and columns are 1-based. */
export interface Token {
  readonly kind: 'word' | 'open' | 'close' | 'newline';
  readonly text: string;
  /** Words: as they stand in the file, quotes and escapes included. */
  readonly raw?: string;
  readonly line: number;
  readonly column: number;
  readonly file?: string;
}

/** A line on its way to the tokens; `include` and definitions put lines of other places between a file's own. */
export interface SourceLine {
  readonly text: string;
  readonly line: number;
  /** Where the text begins; with `shifted` all of it counts as standing here, as text of a definition has no place. */
  readonly column: number;
  readonly shifted?: boolean;
  readonly file?: string;
}

export function sourceLines(text: string, file?: string): SourceLine[] {
  return text.split('\n').map((line, index) => ({
    text: line.replace(/\r$/, ''),
    line: index + 1,
    column: 1,
    ...(file === undefined ? {} : { file }),
  }));
}

/**
 * Splits keepalived's format: words apart by blanks, "quoted words", `{`, `}`, and comments from `#` or `!` to the end
 * of the line.
 */
export function tokenize(text: string): Token[] {
  return tokenizeLines(sourceLines(text).map((line) => ({ ...line, text: withoutComment(line.text) })));
}

/** The same for lines whose comments are gone already. */
export function tokenizeLines(lines: readonly SourceLine[]): Token[] {
  const tokens: Token[] = [];
  for (const line of lines) {
    lineTokens(line, tokens);
    tokens.push({ kind: 'newline', text: '\n', ...placeIn(line, line.text.length) });
  }
  return tokens;
}

// A quote without its partner stands for itself.
const quoted = /"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*'/.source;
const piece = new RegExp(`[{}]|(?:${quoted}|\\\\.|[^\\s{}])+`, 'g');
const comment = new RegExp(`${quoted}|\\\\.|[#!].*|.`, 'gs');

/** keepalived.conf(5): comments start with `#` or `!` anywhere in a line; not within quotes. */
export function withoutComment(line: string): string {
  if (!/[#!]/.test(line)) return line;
  for (const match of line.matchAll(comment)) {
    const [found] = match;
    if (found.startsWith('#') || found.startsWith('!')) return line.slice(0, match.index);
  }
  return line;
}

function lineTokens(line: SourceLine, tokens: Token[]): void {
  for (const match of line.text.matchAll(piece)) {
    const [found] = match;
    const place = placeIn(line, match.index);
    if (found === '{') tokens.push({ kind: 'open', text: found, ...place });
    else if (found === '}') tokens.push({ kind: 'close', text: found, ...place });
    else tokens.push({ kind: 'word', text: unquoted(found), ...(hasQuotes(found) ? { raw: found } : {}), ...place });
  }
}

function placeIn({ line, column, shifted, file }: SourceLine, index: number): Pick<Token, 'line' | 'column' | 'file'> {
  return { line, column: shifted === true ? column : column + index, ...(file === undefined ? {} : { file }) };
}

function hasQuotes(word: string): boolean {
  return /["'\\]/.test(word);
}

function unquoted(word: string): string {
  if (!/["']/.test(word)) return word;
  return word.replaceAll(new RegExp(quoted, 'g'), (part) => part.slice(1, -1));
}

/** A piece of a brace-structured configuration file with its place; lines and columns are 1-based. */
export interface Token {
  readonly kind: 'word' | 'open' | 'close' | 'newline';
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Splits keepalived's format: words apart by blanks, "quoted words", `{`, `}`, and comments from `#` or `!` to the end
 * of the line.
 */
export function tokenize(text: string): Token[] {
  return text
    .split('\n')
    .flatMap((line, index) => [
      ...lineTokens(line.replace(/\r$/, ''), index + 1),
      { kind: 'newline' as const, text: '\n', line: index + 1, column: line.length + 1 },
    ]);
}

// In this order: comment, brace, quoted word (a missing closing quote ends with the line), bare word.
const piece = /[#!].*|[{}]|"(?<quoted>[^"]*)"?|[^\s{}#!"]+/g;

function lineTokens(text: string, line: number): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(piece)) {
    const [found] = match;
    const place = { line, column: match.index + 1 };
    if (found === '{') tokens.push({ kind: 'open', text: found, ...place });
    else if (found === '}') tokens.push({ kind: 'close', text: found, ...place });
    else if (!found.startsWith('#') && !found.startsWith('!'))
      tokens.push({ kind: 'word', text: match.groups?.['quoted'] ?? found, ...place });
  }
  return tokens;
}

import type { Place, Token } from './tokens.ts';

/** The text is not Ruby at all. */
export class Malformed extends Error {
  readonly place: Place;

  constructor(message: string, { line, column }: Place) {
    super(message);
    this.place = { line, column };
  }
}

const openers: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
/** Marks after which a statement cannot end. Not "|", which ends a block's parameters. */
const goesOn = /^([,.=(<>+\-*/%&^!~:?]|&&|\|\||=>|<<|::|&\.|->|[+\-*/|&]=|\|\|=|&&=|==|!=|=~|<=|>=|<=>)$/;

/** Without the ends of lines that do not end a statement. Brackets that do not match are found here. */
export function joinLines(tokens: readonly Token[]): Token[] {
  const open: Token[] = [];
  const kept: Token[] = [];
  tokens.forEach((token, index) => {
    if (token.kind === 'mark') matchBrackets(token, open);
    if (token.kind === 'newline' && !endsStatement(tokens, index, kept.at(-1), open)) return;
    kept.push(token.kind === 'mark' && token.text === ';' && open.length === 0 ? { ...token, kind: 'newline' } : token);
  });
  const [first] = open;
  if (first !== undefined) throw new Malformed(`"${first.text}" is never closed.`, first);
  return kept;
}

function matchBrackets(token: Token, open: Token[]): void {
  if (/^[([{]$/.test(token.text)) open.push(token);
  const opener = openers[token.text];
  if (opener === undefined) return;
  if (open.pop()?.text !== opener) throw new Malformed(`"${token.text}" closes nothing.`, token);
}

function endsStatement(
  tokens: readonly Token[],
  index: number,
  last: Token | undefined,
  open: readonly Token[],
): boolean {
  if (open.length > 0) return false;
  if (last?.kind === 'mark' && goesOn.test(last.text)) return false;
  let following = index + 1;
  while (tokens[following]?.kind === 'newline') following += 1;
  const next = tokens[following];
  return !(next?.kind === 'mark' && /^(\.|&\.)$/.test(next.text));
}

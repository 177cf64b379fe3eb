import type { Reason } from './syntax.ts';
import type { Token } from './tokens.ts';

/** Why a statement is none that we know. */
export function reasonOf(tokens: readonly Token[]): Reason {
  const words = new Set(tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text));
  const [first] = tokens;
  if (first !== undefined && ['def', 'class', 'module'].includes(first.text)) return 'definition';
  if (
    ['each', 'times', 'map', 'while', 'until', 'for', 'upto', 'loop', 'each_with_index'].some((word) => words.has(word))
  )
    return 'loop';
  if (['if', 'unless', 'case'].some((word) => words.has(word))) return 'condition';
  return tokens.some(({ kind }) => kind === 'template') ? 'interpolation' : 'expression';
}

/** Words with one space between, or none: what is the same to Ruby is the same here, but for quotation marks. */
export function written(tokens: readonly Token[]): string {
  return tokens
    .map((token, index) => `${index > 0 && token.spaced ? ' ' : ''}${spelled(token)}`)
    .join('')
    .trim();
}

function spelled({ kind, text }: Token): string {
  if (kind === 'string' || kind === 'template') return JSON.stringify(text);
  if (kind === 'label') return `${text}:`;
  if (kind === 'symbol') return `:${text}`;
  return kind === 'newline' ? '; ' : text;
}

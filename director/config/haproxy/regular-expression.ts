import type { RegularExpression } from '../../engine/proxy/expressions.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { LineError } from './line.ts';

/** What PCRE has and ECMAScript has not, or means otherwise. */
const foreign = [
  [/\[\[:\^?\w+:\]/, 'POSIX classes such as [[:alpha:]]'],
  [/\(\?(?![:=!<i])|\(\?<(?![=!A-Za-z])|\(\?i(?!\))|\(\*/, 'this kind of group'],
  [/(?<!\\)(?:\\\\)*\\[AZzGQEKRXhHCN]/, 'this escape'],
  [/(?<!\\)[*+?}]\+/, 'possessive repetition'],
] as const;

/**
 * The expression of a word, compiled once so as to know that it can be. `(?i)` in front sets its case aside. Throws
 * LineError, also for what only PCRE has.
 */
export function regularExpression(word: Word, ignoreCase: boolean, text = word.text): RegularExpression {
  const inline = text.startsWith('(?i)');
  const source = inline ? text.slice(4) : text;
  for (const [pattern, what] of foreign)
    if (pattern.test(source.replaceAll(String.raw`\\`, '')))
      throw new LineError(
        word,
        `${what} in "${shown(source)}" is not served: regular expressions are ECMAScript's here`,
      );
  try {
    // Without the flag u, as PCRE is: an escape that means nothing stands for its character.
    new RegExp(source, 's');
  } catch (error) {
    throw new LineError(
      word,
      `"${shown(source)}" is not a regular expression: ${error instanceof Error ? error.message : ''}`,
    );
  }
  return { source, ignoreCase: ignoreCase || inline };
}

import { fromLatin1, utf8 } from './bytes.ts';
import { DialogueFailure } from './conversation.ts';

/**
 * A regular expression over bytes, as Perl and PCRE see a body: text is looked at one byte a character, so what the file has in UTF-8
 * is taken apart in the same way. A leading `(?i)` becomes a flag.
 */
export function bytePattern(source: string, flags = ''): RegExp {
  const [, inline = '', rest = source] = /^\(\?([ims]+)\)([^]*)$/.exec(source) ?? [];
  const all = [...new Set(`${flags}${inline}`)].filter((flag) => 'ims'.includes(flag)).join('');
  try {
    return new RegExp(fromLatin1(utf8(rest)), `${all}g`);
  } catch {
    throw new DialogueFailure(`the regular expression ${source} is not valid`);
  }
}

/** An empty pattern matches anything. */
export function matches(text: string, source: string): boolean {
  return source === '' || bytePattern(source).test(text);
}

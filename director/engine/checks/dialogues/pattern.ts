import { fromLatin1, utf8 } from './bytes.ts';
import { DialogueFailure } from './conversation.ts';
import { fromPerl } from './perl-pattern.ts';

/**
 * A regular expression over bytes, as Perl and PCRE see a body: text is looked at one byte a character, so what the file has in UTF-8
 * is taken apart in the same way. A leading `(?i)` becomes a flag.
 */
export function bytePattern(source: string, flags = ''): RegExp {
  try {
    return compile(source, flags);
  } catch {
    throw new DialogueFailure(`the regular expression ${source} is not valid`);
  }
}

/** Whether it can be understood. */
export function isPattern(source: string, flags = ''): boolean {
  try {
    compile(source, flags);
    return true;
  } catch {
    return false;
  }
}

function compile(source: string, flags: string): RegExp {
  const [, inline = '', rest = source] = /^\(\?([ims]+)\)([^]*)$/.exec(source) ?? [];
  const all = [...new Set(`${flags}${inline}`)].filter((flag) => 'ims'.includes(flag)).join('');
  // `m` and `s` are in the translation: JavaScript has other line ends.
  return new RegExp(fromPerl(fromLatin1(utf8(rest)), all), all.includes('i') ? 'gi' : 'g');
}

/** An empty pattern matches anything. */
export function matches(text: string, source: string): boolean {
  return source === '' || bytePattern(source).test(text);
}

/** What an escape of Perl and PCRE means that JavaScript does not know, or knows otherwise; outside and inside of `[…]`. */
const escapes: Readonly<Record<string, readonly [outside: string, inside: string | undefined]>> = {
  A: ['(?<![^])', undefined],
  z: ['(?![^])', undefined],
  Z: ['(?=\\n?(?![^]))', undefined],
  e: ['\\x1b', '\\x1b'],
  a: ['\\x07', '\\x07'],
  h: ['[\\t ]', '\\t '],
  H: ['[^\\t ]', undefined],
  R: ['(?:\\r\\n|[\\n-\\r])', undefined],
  N: ['[^\\n]', undefined],
  // JavaScript counts the no-break space, which is a byte of UTF-8 here.
  s: ['[\\t-\\r ]', '\\t-\\r '],
  S: ['[^\\t-\\r ]', undefined],
};
const classes: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\t-\\r ',
  blank: '\\t ',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  cntrl: '\\0-\\x1f\\x7f',
  print: ' -~',
  graph: '!-~',
};
/** They would say something else in silence. */
const unknown = /^\\[CGKXPpgkovV]/;

/**
 * A regular expression of Perl or PCRE in JavaScript's words: `$` also stands before a last line feed, `.` is anything but a line feed,
 * and `\A \z \Z \h \R \Q…\E [[:alpha:]]` are known (perlre, pcre2pattern(3)). Throws SyntaxError for what has no equal.
 */
export function fromPerl(source: string, flags: string): string {
  const multiline = flags.includes('m');
  const dot = flags.includes('s') ? '[^]' : '[^\\n]';
  const start = multiline ? '(?<=\\n|(?<![^]))' : '^';
  const end = multiline ? '(?=\\n|(?![^]))' : '(?=\\n?(?![^]))';
  const plain: Readonly<Record<string, string>> = { '.': dot, '^': start, $: end };
  let result = '';
  for (let at = 0; at < source.length;) {
    const rest = source.slice(at);
    const piece = rest.startsWith('[') ? characterClass(rest) : escaped(rest, false);
    at += piece.length;
    result += piece.text ?? plain[rest.charAt(0)] ?? rest.charAt(0);
  }
  return result;
}

interface Piece {
  /** Of the source. */
  readonly length: number;
  /** undefined: the character as it is. */
  readonly text: string | undefined;
}

function escaped(rest: string, inside: boolean): Piece {
  if (!rest.startsWith('\\')) return { length: 1, text: undefined };
  const quotation = /^\\Q([^]*?)(?:\\E|$)/.exec(rest);
  if (quotation) return { length: quotation[0].length, text: literally(quotation[1] ?? '') };
  if (rest.startsWith('\\E')) return { length: 2, text: '' };
  const code = /^\\x\{([\da-f]{1,2})\}/i.exec(rest);
  if (code) return { length: code[0].length, text: `\\x${(code[1] ?? '').padStart(2, '0')}` };
  if (unknown.test(rest)) throw new SyntaxError(`${rest.slice(0, 2)} has no equal`);
  const [outside, within] = escapes[rest.charAt(1)] ?? [rest.slice(0, 2), rest.slice(0, 2)];
  const text = inside ? within : outside;
  if (text === undefined) throw new SyntaxError(`${rest.slice(0, 2)} has no equal in brackets`);
  return { length: 2, text };
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** `[…]`; a bracket that comes first in it is a member. */
function characterClass(rest: string): Piece {
  const head = /^\[\^?/.exec(rest)?.[0] ?? '[';
  let text = head;
  let at = head.length;
  if (rest[at] === ']') {
    text += '\\]';
    at++;
  }
  while (at < rest.length && rest[at] !== ']') {
    const named = /^\[:(\w+):\]/.exec(rest.slice(at));
    if (named) {
      const members = classes[named[1] ?? ''];
      if (members === undefined) throw new SyntaxError(`${named[0]} has no equal`);
      text += members;
      at += named[0].length;
      continue;
    }
    const piece = escaped(rest.slice(at), true);
    text += piece.text ?? rest.charAt(at);
    at += piece.length;
  }
  // Without its end it stays as it is, and JavaScript refuses it.
  return { length: at + 1, text: at < rest.length ? `${text}]` : text };
}

/** `s`: what is no UTF-8 is left out, else there is no result; `p`: characters that are longer than need be are taken. */
export type JsonInput = 'ascii' | 'utf8' | 'utf8s' | 'utf8p' | 'utf8ps';

const SHORT: Readonly<Record<string, string>> = {
  '"': String.raw`\"`,
  '\\': String.raw`\\`,
  '/': String.raw`\/`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

function escaped(code: number): string {
  const sign = String.fromCharCode(code);
  const short = SHORT[sign];
  if (short !== undefined) return short;
  if (code >= 0x20 && code < 0x7f) return sign;
  return String.raw`\u${code.toString(16).padStart(4, '0')}`;
}

/** An octet text as it may stand between quotes in JSON (RFC 8259 section 7), with escapes for all but ASCII. */
export function jsonEscaped(text: string, input: JsonInput): string | undefined {
  let result = '';
  for (let at = 0; at < text.length;) {
    const { code, length } =
      input === 'ascii' ? { code: text.charCodeAt(at), length: 1 } : character(text, at, input.includes('p'));
    if (code >= 0) result += escaped(code);
    else if (!input.endsWith('s')) return undefined;
    at += length;
  }
  return result;
}

/** The character of UTF-8 at a place (RFC 3629), up to U+FFFF; code -1: none. */
function character(text: string, at: number, takesLong: boolean): { readonly code: number; readonly length: number } {
  const first = text.charCodeAt(at);
  if (first < 0x80) return { code: first, length: 1 };
  const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  if (more === 0 || more === 3 || at + more >= text.length) return { code: -1, length: 1 };
  let code = first & (0x3f >> more);
  for (let index = 1; index <= more; index++) {
    const next = text.charCodeAt(at + index);
    if ((next & 0xc0) !== 0x80) return { code: -1, length: 1 };
    code = (code << 6) | (next & 0x3f);
  }
  const shortest = more === 1 ? 0x80 : 0x800;
  return code < shortest && !takesLong ? { code: -1, length: 1 } : { code, length: more + 1 };
}

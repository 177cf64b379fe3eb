/** What an octet may stand for in a message of HTTP/1; bits of `CLASSES`. */
export const TOKEN = 1;
/** RFC 9110 section 5.5: field-vchar, blanks; octets above 127 (obs-text) too. */
export const VALUE = 2;
/** RFC 9112 section 3.2 and what browsers send beside it: visible ASCII but `#`. */
export const TARGET = 4;
/** Space and tab. */
export const BLANK = 8;
export const DIGIT = 16;
/** RFC 3986 section 3.2.2, reg-name without percent-encoding: unreserved and sub-delims. */
export const HOST = 32;
/** RFC 3986 section 3.1, after the first letter. */
export const SCHEME = 64;
export const LETTER = 128;

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;

const octets = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = '0123456789';

/** The classes of each octet. */
export const CLASSES: Uint8Array = classes();
/** Each octet, capital letters as small ones. */
export const LOWER: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet,
);
/** The value of each hexadecimal digit, 255 for any other octet. */
export const HEX: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(LOWER[octet] ?? 0));
  return digit === -1 ? 255 : digit;
});

function classes(): Uint8Array {
  const table = new Uint8Array(256);
  const put = (mark: number, members: Iterable<number>): void => {
    for (const octet of members) table[octet] = (table[octet] ?? 0) | mark;
  };
  const range = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);
  put(TOKEN, octets(`!#$%&'*+-.^_\`|~${DIGITS}${LETTERS}`));
  put(VALUE, [TAB, ...range(SPACE, 0x7e), ...range(0x80, 0xff)]);
  put(
    TARGET,
    range(0x21, 0x7e).filter((octet) => octet !== 0x23),
  );
  put(BLANK, [TAB, SPACE]);
  put(DIGIT, octets(DIGITS));
  put(HOST, octets(`-._~!$&'()*+,;=${DIGITS}${LETTERS}`));
  put(SCHEME, octets(`+-.${DIGITS}${LETTERS}`));
  put(LETTER, octets(LETTERS));
  return table;
}

export function hasClass(octet: number | undefined, mark: number): boolean {
  return octet !== undefined && ((CLASSES[octet] as number) & mark) !== 0;
}

/** One octet a letter; letters above 255 lose what does not fit. */
export function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** One letter an octet. */
export function toLatin1(buffer: Uint8Array, from = 0, to: number = buffer.length): string {
  let text = '';
  for (let at = from; at < to; at++) text += String.fromCharCode(buffer[at] as number);
  return text;
}

/** Whether the octets from `from` on are `lower`, which has no capitals, whatever their own case; says nothing of what follows. */
export function matchesLower(buffer: Uint8Array, from: number, lower: Uint8Array): boolean {
  for (let index = 0; index < lower.length; index++)
    if (LOWER[buffer[from + index] as number] !== lower[index]) return false;
  return true;
}

/** Whether two ranges of one buffer are the same, whatever their case. */
export function sameIgnoringCase(buffer: Uint8Array, left: number, right: number, length: number): boolean {
  for (let index = 0; index < length; index++)
    if (LOWER[buffer[left + index] as number] !== LOWER[buffer[right + index] as number]) return false;
  return true;
}

/** Whether a range is `lower`, case aside. */
export function rangeIs(buffer: Uint8Array, from: number, to: number, lower: Uint8Array): boolean {
  return to - from === lower.length && matchesLower(buffer, from, lower);
}

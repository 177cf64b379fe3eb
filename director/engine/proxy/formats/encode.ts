import type { LogFlags } from '../expressions.ts';
import { toHex } from '../samples/converters/encodings.ts';

/** Octets that cannot stand in a header, for requests and answers that are written. */
const IN_HTTP = /[\0-\x08\x0a-\x1f\x7f]/g;
/** Octets that would be mistaken for something else in a line of a log: what is not printable, and its own quotes. */
const IN_URL = /["#\0-\x1f\x7f-\xff]/g;
const IN_CAPTURE = /[{|}"#\0-\x1f\x7f-\xff]/g;
/** RFC 5424 section 6.3.3. */
const IN_STRUCTURED = /["\\\]]/g;

const escapedBy =
  (mark: string) =>
  (octet: string): string =>
    mark + toHex(octet);

const percent = escapedBy('%');
const hash = escapedBy('#');

const inStructured = (text: string): string => text.replace(IN_STRUCTURED, String.raw`\$&`);

/** What is escaped in HTTP is escaped for structured data before, as that has no sign of the former. */
export function encodeHttp(text: string, { escaped }: LogFlags): string {
  return (escaped ? inStructured(text) : text).replace(IN_HTTP, percent);
}

export function encodeUrl(text: string, { escaped }: LogFlags): string {
  const encoded = text.replace(IN_URL, hash);
  return escaped ? inStructured(encoded) : encoded;
}

export function encodeCapture(text: string, { escaped }: LogFlags): string {
  const encoded = text.replace(IN_CAPTURE, hash);
  return escaped ? inStructured(encoded) : encoded;
}

export const quoted = (text: string, flags: LogFlags): string => (flags.quoted ? `"${text}"` : text);

/** As it is, up to a NUL; a hyphen for nothing in a log. */
export function plainText(text: string | undefined, flags: LogFlags, isLog: boolean): string {
  const [shown = ''] = (text ?? '').split('\0', 1);
  if (flags.quoted) return `"${flags.escaped ? inStructured(shown) : shown}"`;
  if (shown === '') return isLog ? '-' : '';
  return flags.escaped ? inStructured(shown) : shown;
}

/** Of at least so many digits. */
export const hexadecimal = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, '0');

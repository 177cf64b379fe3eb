import { fromBase64, toBase64 } from '../base64.ts';
import { textOf } from '../cast.ts';
import { numberAt, textAt } from '../fetches/fetch.ts';
import { bin, int, str } from '../values.ts';
import { type Converters, fromText } from './converter.ts';
import { type JsonInput, jsonEscaped } from './json.ts';

export function toHex(octets: string): string {
  let text = '';
  for (let at = 0; at < octets.length; at++) text += octets.charCodeAt(at).toString(16).toUpperCase().padStart(2, '0');
  return text;
}

const UNRESERVED = /[A-Za-z\d\-._~]/;

/** RFC 3986 section 2.1: all but unreserved signs. */
function urlEncoded(text: string): string {
  return Array.from(text, (sign) => (UNRESERVED.test(sign) ? sign : `%${toHex(sign)}`)).join('');
}

/**
 * undefined for a percent sign without two digits. `+` is a blank in a form (1) and behind a question mark (0); a NUL ends the text,
 * as in HAProxy.
 */
function urlDecoded(text: string, inForm: boolean): string | undefined {
  let decoded = '';
  let blanks = inForm;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === '?') blanks = true;
    if (sign === '+' && blanks) decoded += ' ';
    else if (sign !== '%') decoded += sign;
    else {
      const digits = /^[\da-f]{2}/i.exec(text.slice(at + 1))?.[0];
      if (digits === undefined) return undefined;
      decoded += String.fromCharCode(Number.parseInt(digits, 16));
      at += 2;
    }
  }
  return decoded;
}

/** The lowest 64 bits; undefined for anything but digits. */
function hexInteger(digits: string): bigint | undefined {
  if (!/^[\da-f]*$/i.test(digits)) return undefined;
  return digits === '' ? 0n : BigInt.asIntN(64, BigInt(`0x${digits}`));
}

/** Section 7.3.1: other ways to write the same. */
export const encodingConverters = {
  hex: fromText((octets) => str(toHex(octets))),
  hex2i: fromText((text) => {
    const number = hexInteger(text);
    return number === undefined ? undefined : int(number);
  }),
  base64: fromText((octets) => str(toBase64(octets))),
  b64dec: fromText((text) => {
    const octets = fromBase64(text);
    return octets === undefined ? undefined : bin(octets);
  }),
  url_dec: (given) => {
    const inForm = numberAt(given, 0) !== 0;
    return (value) => {
      const decoded = urlDecoded(textOf(value), inForm);
      return decoded === undefined ? undefined : str(decoded);
    };
  },
  url_enc: fromText((text) => str(urlEncoded(text))),
  json: (given) => {
    const input = (textAt(given, 0) || 'ascii') as JsonInput;
    return (value) => {
      const escaped = jsonEscaped(textOf(value), input);
      return escaped === undefined ? undefined : str(escaped);
    };
  },
} satisfies Converters;

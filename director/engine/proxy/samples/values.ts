import { toLatin1 } from '../../http/octets.ts';
import type { SampleValue } from '../runtime/sample-value.ts';

export const TRUE: SampleValue = { type: 'bool', value: true };
export const FALSE: SampleValue = { type: 'bool', value: false };

export function bool(value: boolean): SampleValue {
  return value ? TRUE : FALSE;
}

/** Numbers are whole ones. */
export function int(value: number | bigint): SampleValue {
  return { type: 'int', value: typeof value === 'bigint' ? value : BigInt(Math.trunc(value)) };
}

export function str(value: string): SampleValue {
  return { type: 'str', value };
}

export function bin(value: string): SampleValue {
  return { type: 'bin', value };
}

/** Of an address as RFC 5952 writes it; none for UNIX sockets, whose address is empty. */
export function address(value: string): SampleValue | undefined {
  if (value === '') return undefined;
  return { type: value.includes(':') ? 'ipv6' : 'ipv4', value };
}

export const LARGEST = 2n ** 63n - 1n;
export const SMALLEST = -(2n ** 63n);

/** As near as 64 bits allow. */
export function clamp(value: bigint): bigint {
  if (value > LARGEST) return LARGEST;
  return value < SMALLEST ? SMALLEST : value;
}

/** A text of the configuration as octets, one letter an octet: what is beyond ASCII is UTF-8 there. */
export function octetText(text: string): string {
  let wide = false;
  for (let at = 0; at < text.length && !wide; at++) wide = text.charCodeAt(at) > 127;
  return wide ? utf8(text) : text;
}

/** A URL's escapes of what is beyond ASCII are the octets of UTF-8. */
const utf8 = (text: string): string =>
  text.replaceAll(/[^\0-\x7f]+/g, (part) =>
    encodeURIComponent(part.replaceAll(/\p{Surrogate}/gu, '\ufffd')).replaceAll(/%(..)/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  );

const PIECE = 8192;
/** Up to here a letter at a time is faster. */
const SHORT = 48;

/** One letter an octet, in one go for pieces of some kilobytes. */
export function latin1(octets: Uint8Array, from = 0, to: number = octets.length): string {
  if (to - from <= SHORT) return toLatin1(octets, from, to);
  if (to - from <= PIECE) return String.fromCharCode.apply(null, octets.subarray(from, to) as unknown as number[]);
  let text = '';
  for (let at = from; at < to; at += PIECE) text += latin1(octets, at, Math.min(to, at + PIECE));
  return text;
}

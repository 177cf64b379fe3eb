import { CLASSES, LOWER, TOKEN, fromLatin1, rangeIs } from './octets.ts';

/** A field's name made ready for look-ups: small letters, and a number if it is one of those that every head is asked for. */
export interface FieldName {
  readonly octets: Uint8Array;
  /** 1 to 31; 0 for a name that has none. */
  readonly id: number;
}

const names: FieldName[] = [];
/** The number of the only numbered name of a length with a first letter, by length * 32 + the letter's lowest five bits. */
const candidates = new Uint8Array(32 * 32);

function numbered(text: string): FieldName {
  const name = { octets: fromLatin1(text), id: names.length + 1 };
  const slot = slotOf(text.length, text.charCodeAt(0));
  if (candidates[slot] !== 0 || name.id > 31) throw new Error(`the name ${text} has no slot of its own`);
  names.push(name);
  candidates[slot] = name.id;
  return name;
}

function slotOf(length: number, first: number): number {
  return (length << 5) | (first & 31);
}

export const HOST_FIELD: FieldName = numbered('host');
export const CONNECTION: FieldName = numbered('connection');
export const CONTENT_LENGTH: FieldName = numbered('content-length');
export const TRANSFER_ENCODING: FieldName = numbered('transfer-encoding');
export const KEEP_ALIVE: FieldName = numbered('keep-alive');
export const PROXY_CONNECTION: FieldName = numbered('proxy-connection');
export const TE: FieldName = numbered('te');
export const TRAILER: FieldName = numbered('trailer');
export const UPGRADE: FieldName = numbered('upgrade');
export const EXPECT: FieldName = numbered('expect');
export const HTTP2_SETTINGS: FieldName = numbered('http2-settings');
export const WEBSOCKET_KEY: FieldName = numbered('sec-websocket-key');
export const WEBSOCKET_ACCEPT: FieldName = numbered('sec-websocket-accept');
export const COOKIE: FieldName = numbered('cookie');
export const SET_COOKIE: FieldName = numbered('set-cookie');
export const CACHE_CONTROL: FieldName = numbered('cache-control');
export const FORWARDED_FOR: FieldName = numbered('x-forwarded-for');

/** undefined for a text that is no token (RFC 9110 section 5.1). */
export function fieldName(text: string): FieldName | undefined {
  const octets = fromLatin1(text);
  if (octets.length === 0 || /[^\0-\x7f]/.test(text)) return undefined;
  for (const [index, octet] of octets.entries()) {
    if (((CLASSES[octet] as number) & TOKEN) === 0) return undefined;
    octets[index] = LOWER[octet] as number;
  }
  const id = numberOf(octets, 0, octets.length);
  return names[id - 1] ?? { octets, id };
}

/** The number of the name that lies at a place, 0 if it has none. */
export function numberOf(buffer: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length > 31) return 0;
  const id = candidates[slotOf(length, buffer[from] as number)] as number;
  if (id === 0) return 0;
  return rangeIs(buffer, from, to, (names[id - 1] as FieldName).octets) ? id : 0;
}

export function nameOfNumber(id: number): FieldName | undefined {
  return names[id - 1];
}

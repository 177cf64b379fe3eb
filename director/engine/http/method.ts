import { fromLatin1 } from './octets.ts';

/** The methods that mean something to a proxy; `other` stands for every token that is none of them. */
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS' | 'CONNECT' | 'TRACE' | 'PATCH' | 'other';

const METHODS: readonly (readonly [Method, Uint8Array])[] = (
  ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'PATCH'] as const
).map((method) => [method, fromLatin1(method)] as const);

/** Methods have a case (RFC 9110 section 9.1). */
export function methodAt(buffer: Uint8Array, from: number, to: number): Method {
  for (const [method, octets] of METHODS) if (octets.length === to - from && isAt(buffer, from, octets)) return method;
  return 'other';
}

function isAt(buffer: Uint8Array, from: number, octets: Uint8Array): boolean {
  for (let index = 0; index < octets.length; index++) if (buffer[from + index] !== octets[index]) return false;
  return true;
}

const PRI = fromLatin1('PRI');

/** The method of HTTP/2's preface is none of HTTP/1 (RFC 9113 section 11.6). */
export function isReserved(buffer: Uint8Array, from: number, to: number): boolean {
  return to - from === PRI.length && isAt(buffer, from, PRI);
}

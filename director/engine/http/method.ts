import { fromLatin1 } from './octets.ts';

/** The methods that mean something to a proxy; `other` stands for every token that is none of them. */
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS' | 'CONNECT' | 'TRACE' | 'PATCH' | 'other';

const METHODS: readonly Method[] = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'PATCH'];
const OCTETS: readonly Uint8Array[] = METHODS.map((method) => fromLatin1(method));

/** Methods have a case (RFC 9110 section 9.1). */
export function methodAt(buffer: Uint8Array, from: number, to: number): Method {
  for (let index = 0; index < METHODS.length; index++) {
    const octets = OCTETS[index] as Uint8Array;
    if (octets.length === to - from && isAt(buffer, from, octets)) return METHODS[index] as Method;
  }
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

import { DIGIT, hasClass } from './octets.ts';

const HTTP = [0x48, 0x54, 0x54, 0x50, 0x2f] as const;

/** Minor version that a version of HTTP/1 is treated as: 0, or 1 for all from 1 on (RFC 9110 section 2.5). */
export type Minor = 0 | 1;

/** `HTTP/1.x`: 0 or 1. -1 if it is no version, -2 if it is one of another protocol (major 0, 2 and more). */
export function versionAt(buffer: Uint8Array, from: number, to: number): Minor | -1 | -2 {
  if (to - from !== 8) return -1;
  for (let index = 0; index < 5; index++) if (buffer[from + index] !== HTTP[index]) return -1;
  const minor = buffer[from + 7];
  if (!hasClass(buffer[from + 5], DIGIT) || buffer[from + 6] !== 0x2e || !hasClass(minor, DIGIT)) return -1;
  if (buffer[from + 5] !== 0x31) return -2;
  return minor === 0x30 ? 0 : 1;
}

/** `PRI * HTTP/2.0 …`, with which a client with prior knowledge begins HTTP/2 (RFC 9113 section 3.4). */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
export const HTTP2_PREFACE_LENGTH: number = PREFACE.length;

/** Whether the octets are HTTP/2's preface; `more` as long as they may become it. */
export function http2Preface(buffer: Uint8Array, from: number, to: number): 'yes' | 'no' | 'more' {
  const length = Math.min(to - from, PREFACE.length);
  for (let index = 0; index < length; index++) if (buffer[from + index] !== PREFACE.charCodeAt(index)) return 'no';
  return length === PREFACE.length ? 'yes' : 'more';
}

import type { HashSettings } from '../backend.ts';

/** Of octets as Latin-1 letters; 32 bits, unsigned. */
export type HashFunction = (octets: string) => number;

function sdbm(octets: string): number {
  let hash = 0;
  for (let at = 0; at < octets.length; at++) hash = (octets.charCodeAt(at) + (hash << 6) + (hash << 16) - hash) | 0;
  return hash >>> 0;
}

function djb2(octets: string): number {
  let hash = 5381;
  for (let at = 0; at < octets.length; at++) hash = (Math.imul(hash, 33) + octets.charCodeAt(at)) | 0;
  return hash >>> 0;
}

/** Two halves that turn each other, each by as many bits as the last turn has brought out. */
function wt6(octets: string): number {
  let one = 0xa53c965a | 0;
  let other = 0x5ca6953a | 0;
  let turnOne = 6;
  let turnOther = 18;
  for (let at = 0; at < octets.length; at++) {
    const octet = octets.charCodeAt(at);
    const left = ~(one ^ octet);
    const right = ~(other + octet);
    one = rotated(right, turnOne);
    other = rotated(left, turnOther);
    const mixed = ((one >>> 16) ^ other) & 0xffff;
    turnOne = mixed & 31;
    turnOther = mixed >>> 11;
  }
  return (one ^ other) >>> 0;
}

const rotated = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** ISO 3309, as in Ethernet. */
const CRC_STEPS = Uint32Array.from({ length: 256 }, (_, octet) => {
  let step = octet;
  for (let bit = 0; bit < 8; bit++) step = (step & 1) === 1 ? (step >>> 1) ^ 0xedb88320 : step >>> 1;
  return step;
});

function crc32(octets: string): number {
  let hash = -1;
  for (let at = 0; at < octets.length; at++)
    hash = (hash >>> 8) ^ (CRC_STEPS[(hash ^ octets.charCodeAt(at)) & 255] as number);
  return ~hash >>> 0;
}

const functions: Readonly<Record<HashSettings['function'], HashFunction>> = { sdbm, djb2, wt6, crc32 };

/** Spreads what is close together over all 32 bits (Bob Jenkins' integer hash, then a prime close to three quarters of them). */
export function avalanche(value: number): number {
  let hash = value | 0;
  hash = (hash + 0x7ed55d16 + (hash << 12)) | 0;
  hash = hash ^ 0xc761c23c ^ (hash >>> 19);
  hash = (hash + 0x165667b1 + (hash << 5)) | 0;
  hash = (hash + 0xd3a2646c) ^ (hash << 9);
  hash = (hash + 0xfd7046c5 + (hash << 3)) | 0;
  hash = hash ^ 0xb55a4f09 ^ (hash >>> 16);
  return Math.imul(hash, 3221225473) >>> 0;
}

/** `hash-type`. */
export function hashFunction(settings: HashSettings): HashFunction {
  const plain = functions[settings.function];
  return settings.avalanche ? (octets) => avalanche(plain(octets)) : plain;
}

/** xxHash as its specification has it (github.com/Cyan4973/xxHash, doc/xxhash_spec.md). */

const P32 = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1] as const;

const turned = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

const round32 = (lane: number, word: number): number =>
  Math.imul(turned((lane + Math.imul(word, P32[1])) | 0, 13), P32[0]);

function final32(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 15), P32[1]);
  mixed = Math.imul(mixed ^ (mixed >>> 13), P32[2]);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

export function xxh32(octets: Uint8Array, seed: number): number {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  let at = 0;
  let hash: number;
  if (octets.length >= 16) {
    const lanes = [seed + P32[0] + P32[1], seed + P32[1], seed, seed - P32[0]].map((lane) => lane | 0);
    for (; at + 16 <= octets.length; at += 16)
      for (let lane = 0; lane < 4; lane++) lanes[lane] = round32(lanes[lane] ?? 0, view.getUint32(at + lane * 4, true));
    hash = [1, 7, 12, 18].reduce((sum, by, lane) => (sum + turned(lanes[lane] ?? 0, by)) | 0, 0);
  } else hash = (seed + P32[4]) | 0;
  hash = (hash + octets.length) | 0;
  for (; at + 4 <= octets.length; at += 4)
    hash = Math.imul(turned((hash + Math.imul(view.getUint32(at, true), P32[2])) | 0, 17), P32[3]);
  for (; at < octets.length; at++)
    hash = Math.imul(turned((hash + Math.imul(octets[at] ?? 0, P32[4])) | 0, 11), P32[0]);
  return final32(hash);
}

const P64 = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const;

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
const turned64 = (value: bigint, by: bigint): bigint => wrap((value << by) | (value >> (64n - by)));
const round64 = (lane: bigint, word: bigint): bigint => wrap(turned64(wrap(lane + word * P64[1]), 31n) * P64[0]);

function final64(hash: bigint): bigint {
  let mixed = wrap((hash ^ (hash >> 33n)) * P64[1]);
  mixed = wrap((mixed ^ (mixed >> 29n)) * P64[2]);
  return mixed ^ (mixed >> 32n);
}

/** The four lanes of an input of 32 octets or more, brought together. */
function longStart(view: DataView, end: number, seed: bigint): bigint {
  const lanes = [seed + P64[0] + P64[1], seed + P64[1], seed, seed - P64[0]].map(wrap);
  for (let at = 0; at < end; at += 32)
    for (let lane = 0; lane < 4; lane++)
      lanes[lane] = round64(lanes[lane] ?? 0n, view.getBigUint64(at + lane * 8, true));
  const sum = [1n, 7n, 12n, 18n].reduce((total, by, lane) => total + turned64(lanes[lane] ?? 0n, by), 0n);
  return lanes.reduce((hash, lane) => wrap((hash ^ round64(0n, lane)) * P64[0] + P64[3]), wrap(sum));
}

export function xxh64(octets: Uint8Array, seed: bigint): bigint {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  let at = octets.length - (octets.length % 32);
  let hash = at > 0 ? longStart(view, at, seed) : wrap(seed + P64[4]);
  hash = wrap(hash + BigInt(octets.length));
  for (; at + 8 <= octets.length; at += 8)
    hash = wrap(turned64(hash ^ round64(0n, view.getBigUint64(at, true)), 27n) * P64[0] + P64[3]);
  if (at + 4 <= octets.length) {
    hash = wrap(turned64(hash ^ wrap(BigInt(view.getUint32(at, true)) * P64[0]), 23n) * P64[1] + P64[2]);
    at += 4;
  }
  for (; at < octets.length; at++) hash = wrap(turned64(hash ^ wrap(BigInt(octets[at] ?? 0) * P64[4]), 11n) * P64[0]);
  return final64(hash);
}

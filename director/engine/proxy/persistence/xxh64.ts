const MASK = 0xffff_ffff_ffff_ffffn;
const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

const rotated = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & MASK;
const round = (sum: bigint, lane: bigint): bigint => (rotated((sum + lane * P2) & MASK, 31n) * P1) & MASK;

/** XXH64 (its specification, version 0.1.1), unsigned. Made for a few octets now and then. */
export function xxh64(octets: Uint8Array, seed = 0n): bigint {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  let at = 0;
  let hash = (seed + P5) & MASK;
  if (octets.length >= 32) {
    const lanes = [seed + P1 + P2, seed + P2, seed, seed - P1].map((start) => start & MASK);
    for (; at + 32 <= octets.length; at += 32)
      for (const [lane, sum] of lanes.entries()) lanes[lane] = round(sum, view.getBigUint64(at + lane * 8, true));
    const [one = 0n, two = 0n, three = 0n, four = 0n] = lanes;
    hash = (rotated(one, 1n) + rotated(two, 7n) + rotated(three, 12n) + rotated(four, 18n)) & MASK;
    for (const sum of lanes) hash = ((hash ^ round(0n, sum)) * P1 + P4) & MASK;
  }
  hash = (hash + BigInt(octets.length)) & MASK;
  for (; at + 8 <= octets.length; at += 8)
    hash = (rotated(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4) & MASK;
  if (at + 4 <= octets.length) {
    hash = (rotated(hash ^ ((BigInt(view.getUint32(at, true)) * P1) & MASK), 23n) * P2 + P3) & MASK;
    at += 4;
  }
  for (; at < octets.length; at++)
    hash = (rotated(hash ^ ((BigInt(octets[at] as number) * P5) & MASK), 11n) * P1) & MASK;
  hash = ((hash ^ (hash >> 33n)) * P2) & MASK;
  hash = ((hash ^ (hash >> 29n)) * P3) & MASK;
  return hash ^ (hash >> 32n);
}

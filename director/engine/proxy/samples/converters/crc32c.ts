/** Castagnoli's polynomial (RFC 3720 section B.4), bit-reversed. */
const STEPS = Uint32Array.from({ length: 256 }, (_, octet) => {
  let step = octet;
  for (let bit = 0; bit < 8; bit++) step = (step & 1) === 1 ? (step >>> 1) ^ 0x82f63b78 : step >>> 1;
  return step;
});

/** Of octets as Latin-1; 32 bits, unsigned. */
export function crc32c(octets: string): number {
  let hash = -1;
  for (let at = 0; at < octets.length; at++)
    hash = (hash >>> 8) ^ (STEPS[(hash ^ octets.charCodeAt(at)) & 255] as number);
  return ~hash >>> 0;
}

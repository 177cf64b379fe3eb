/** The Internet checksum (RFC 1071) over several pieces, each of an even length but the last. */
export function internetChecksum(...pieces: readonly Uint8Array[]): number {
  let sum = 0;
  for (const piece of pieces)
    for (let index = 0; index < piece.length; index += 2) sum += ((piece[index] ?? 0) << 8) | (piece[index + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

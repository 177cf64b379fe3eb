/** Internet checksum arithmetic (RFC 1071) and its incremental form (RFC 1624). All words in network byte order. */

/** Ones' complement sum of 16 bits. */
export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return folded;
}

/** Unfolded sum of the 16-bit words of a range; an odd last byte counts as the high half of a word. */
export function sumWords(view: DataView, offset: number, length: number): number {
  let sum = 0;
  const even = offset + (length & ~1);
  for (let at = offset; at < even; at += 2) sum += view.getUint16(at);
  return (length & 1) === 0 ? sum : sum + (view.getUint8(even) << 8);
}

/** The checksum of a range whose checksum field is zero. */
export function checksum(view: DataView, offset: number, length: number, initial = 0): number {
  return ~fold(initial + sumWords(view, offset, length)) & 0xffff;
}

/** What a changed 16-bit word adds to a sum: ~old + new (RFC 1624, equation 3). */
export function wordDelta(before: number, after: number): number {
  return (~before & 0xffff) + after;
}

/** As wordDelta, for a 32-bit quantity such as an address. */
export function longDelta(before: number, after: number): number {
  return wordDelta(before >>> 16, after >>> 16) + wordDelta(before & 0xffff, after & 0xffff);
}

/** A checksum field after the data changed by `delta`. */
export function adjust(field: number, delta: number): number {
  return ~fold((~field & 0xffff) + delta) & 0xffff;
}

/** Sum of the pseudo-header of TCP and UDP (RFC 9293 section 3.1, RFC 768); `length` counts header and data. */
export function pseudoHeaderSum(source: number, destination: number, protocol: number, length: number): number {
  const addresses = (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff);
  return addresses + protocol + length;
}

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

/** As wordDelta, for the four words of an address in each of two arrays. */
export function addressDelta(before: Uint32Array, beforeAt: number, after: Uint32Array, afterAt: number): number {
  let delta = 0;
  for (let word = 0; word < 4; word++) delta += longDelta(before[beforeAt + word] ?? 0, after[afterAt + word] ?? 0);
  return delta;
}

/**
 * Sum of the pseudo-header of TCP, UDP and ICMPv6 (RFC 9293 section 3.1, RFC 8200 section 8.1) for the addresses of a flow:
 * words 0–3 the source, 4–7 the destination. `length` counts header and data.
 */
export function pseudoHeaderSum(addresses: Uint32Array, protocol: number, length: number): number {
  let sum = protocol + (length >>> 16) + (length & 0xffff);
  for (let word = 0; word < 8; word++) {
    const value = addresses[word] ?? 0;
    sum += (value >>> 16) + (value & 0xffff);
  }
  return sum;
}

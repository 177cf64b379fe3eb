import ipaddr from 'ipaddr.js';

export type Family = 4 | 6;

/** An address as the packet path compares it: four 32-bit words in network order; IPv4 in the last one, the others 0. */
export interface Address {
  readonly family: Family;
  readonly words: Uint32Array;
}

/** undefined for anything but a dotted IPv4 address of four numbers or an IPv6 address without zone. */
export function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return fromBytes(ipaddr.IPv4.parse(text).toByteArray());
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  return fromBytes(ipaddr.IPv6.parse(text).toByteArray());
}

/** From 4 or 16 bytes in network order. */
export function fromBytes(bytes: readonly number[] | Uint8Array): Address {
  const padded = new Uint8Array(16);
  padded.set(bytes, 16 - bytes.length);
  const view = new DataView(padded.buffer);
  const words = Uint32Array.from([0, 4, 8, 12], (offset) => view.getUint32(offset));
  return { family: bytes.length === 4 ? 4 : 6, words };
}

/** 4 or 16 bytes in network order. */
export function toBytes({ family, words }: Address): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setUint32(index * 4, word);
  return family === 4 ? bytes.subarray(12) : bytes;
}

/** Dotted, or as RFC 5952 section 4 writes IPv6 addresses. */
export function formatAddress(address: Address): string {
  const parsed = ipaddr.fromByteArray([...toBytes(address)]);
  return parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed.toString();
}

export function sameAddress(left: Address, right: Address): boolean {
  return left.family === right.family && left.words.every((word, index) => word === right.words[index]);
}

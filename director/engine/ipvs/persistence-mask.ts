import { parseAddress } from '../address.ts';
import type { Family } from '../address.ts';

/** Words of a mask: dotted for IPv4, prefix length from 1 to 128 for IPv6; undefined for anything else. */
export function parsePersistenceMask(text: string, family: Family): Uint32Array | undefined {
  if (family === 4) {
    const mask = parseAddress(text);
    return mask?.family === 4 ? mask.words : undefined;
  }
  const length = /^\d+$/.test(text) ? Number(text) : 0;
  if (length < 1 || length > 128) return undefined;
  return Uint32Array.from([0, 32, 64, 96], (start) => {
    const bits = Math.min(Math.max(length - start, 0), 32);
    return bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
  });
}

/**
 * The kernel's hsiphash of one unsigned 32-bit word on 64-bit machines: SipHash-1-3 with the key (key, key), low half of the
 * result (lib/siphash.c). In halves of 32 bits, `l` low and `h` high, because it runs for every new connection.
 */
export function hsiphash(word: number, key: number): number {
  let l0 = 0x70736575 ^ key;
  let h0 = 0x736f6d65;
  let l1 = 0x6e646f6d ^ key;
  let h1 = 0x646f7261;
  let l2 = 0x6e657261 ^ key;
  let h2 = 0x6c796765;
  // The message block: the word and, in the highest byte, its length.
  let l3 = 0x79746573 ^ key ^ word;
  let h3 = 0x74656462 ^ 0x04000000;
  for (let round = 0; round < 4; round++) {
    let low = (l0 >>> 0) + (l1 >>> 0);
    h0 = (h0 + h1 + (low > 0xffffffff ? 1 : 0)) | 0;
    l0 = low | 0;
    let kept = l1;
    l1 = (l1 << 13) | (h1 >>> 19);
    h1 = (h1 << 13) | (kept >>> 19);
    l1 ^= l0;
    h1 ^= h0;
    kept = l0;
    l0 = h0;
    h0 = kept;
    low = (l2 >>> 0) + (l3 >>> 0);
    h2 = (h2 + h3 + (low > 0xffffffff ? 1 : 0)) | 0;
    l2 = low | 0;
    kept = l3;
    l3 = (l3 << 16) | (h3 >>> 16);
    h3 = (h3 << 16) | (kept >>> 16);
    l3 ^= l2;
    h3 ^= h2;
    low = (l0 >>> 0) + (l3 >>> 0);
    h0 = (h0 + h3 + (low > 0xffffffff ? 1 : 0)) | 0;
    l0 = low | 0;
    kept = l3;
    l3 = (l3 << 21) | (h3 >>> 11);
    h3 = (h3 << 21) | (kept >>> 11);
    l3 ^= l0;
    h3 ^= h0;
    low = (l2 >>> 0) + (l1 >>> 0);
    h2 = (h2 + h1 + (low > 0xffffffff ? 1 : 0)) | 0;
    l2 = low | 0;
    kept = l1;
    l1 = (l1 << 17) | (h1 >>> 15);
    h1 = (h1 << 17) | (kept >>> 15);
    l1 ^= l2;
    h1 ^= h2;
    kept = l2;
    l2 = h2;
    h2 = kept;
    if (round === 0) {
      l0 ^= word;
      h0 ^= 0x04000000;
      l2 ^= 0xff;
    }
  }
  return (l0 ^ l1 ^ l2 ^ l3) >>> 0;
}

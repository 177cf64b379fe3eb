import { sha1 } from '@noble/hashes/legacy.js';
import { elements } from './ber.ts';
import { concat, fromBase64, fromHex, hex, uint32, xor, type Bytes } from './bytes.ts';
import { DialogueFailure } from './conversation.ts';

/** RSAES-OAEP with SHA-1 (RFC 8017 section 7.1) under a PEM public key, as MySQL's caching_sha2_password wants a password. */
export function encryptOaep(pem: string, message: Bytes, random: (size: number) => Bytes): Bytes {
  const { modulus, exponent } = publicKey(pem);
  const size = Math.ceil(modulus.toString(16).length / 2);
  const hashSize = 20;
  const room = size - message.length - 2 * hashSize - 2;
  if (room < 0) throw new DialogueFailure("the server's key is too short for the password");
  const block = concat(sha1(new Uint8Array(0)), new Uint8Array(room), [1], message);
  const seed = random(hashSize);
  const masked = xor(block, mask(seed, block.length));
  const maskedSeed = xor(seed, mask(masked, hashSize));
  const cipher = power(BigInt(`0x${hex(concat([0], maskedSeed, masked))}`), exponent, modulus);
  return fromHex(cipher.toString(16).padStart(size * 2, '0'));
}

/** MGF1 (RFC 8017 appendix B.2.1). */
function mask(seed: Bytes, length: number): Bytes {
  const blocks = Array.from({ length: Math.ceil(length / 20) }, (_, index) => sha1(concat(seed, uint32(index))));
  return concat(...blocks).subarray(0, length);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

const bigInteger = (bytes: Bytes): bigint => BigInt(`0x0${hex(bytes)}`);

/** SubjectPublicKeyInfo (RFC 5280 section 4.1) of an RSA key. */
function publicKey(pem: string): { modulus: bigint; exponent: bigint } {
  const [whole] = elements(fromBase64(pem.replace(/-----[^-]+-----/g, '')));
  const [, bits] = whole ? elements(whole.content) : [];
  // A bit string begins with the number of its unused bits.
  const [key] = bits ? elements(bits.content.subarray(1)) : [];
  const [modulus, exponent] = key ? elements(key.content) : [];
  if (!modulus || !exponent) throw new DialogueFailure('the server sent no RSA key');
  const numbers = { modulus: bigInteger(modulus.content), exponent: bigInteger(exponent.content) };
  // 8192 bits are more than anyone uses; more would keep the director busy.
  if (numbers.modulus < 2n || modulus.content.length > 1025 || exponent.content.length > 8)
    throw new DialogueFailure("the server's RSA key cannot be used");
  return numbers;
}

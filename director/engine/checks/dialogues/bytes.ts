/** Text and bytes, without a platform: engines have neither TextEncoder nor Buffer. */
export type Bytes = Uint8Array;

/** One byte a character, as wire protocols are looked at; characters above 255 lose their upper bits. */
export function latin1(text: string): Bytes {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function fromLatin1(bytes: Bytes): string {
  let text = '';
  // fromCharCode takes its bytes as arguments, of which there may be only so many.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

export function utf8(text: string): Bytes {
  return latin1(encodeURIComponent(text).replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))));
}

export function concat(...parts: readonly (Bytes | readonly number[])[]): Bytes {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function hex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function uint16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

export function uint32(value: number): number[] {
  return [...uint16(value >>> 16), ...uint16(value & 0xffff)];
}

export function xor(left: Bytes, right: Bytes): Bytes {
  return left.map((byte, index) => byte ^ (right[index % right.length] ?? 0));
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function base64(bytes: Bytes): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const bits = (first << 16) | (second << 8) | third;
    const count = Math.min(bytes.length - at, 3) + 1;
    for (let index = 0; index < 4; index++)
      text += index < count ? (alphabet[(bits >>> (18 - 6 * index)) & 63] ?? '') : '=';
  }
  return text;
}

export function fromBase64(text: string): Bytes {
  const digits = Array.from(text, (character) => alphabet.indexOf(character)).filter((digit) => digit >= 0);
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8));
  for (const [index, digit] of digits.entries()) {
    const bit = index * 6;
    const at = bit >>> 3;
    const value = digit << (10 - (bit & 7));
    if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) | (value >>> 8);
    if (at + 1 < bytes.length) bytes[at + 1] = (bytes[at + 1] ?? 0) | (value & 0xff);
  }
  return bytes;
}

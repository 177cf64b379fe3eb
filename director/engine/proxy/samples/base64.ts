const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map(Array.from(SIGNS, (sign, value) => [sign, value]));

/** RFC 4648 section 4, of octets as Latin-1. */
export function toBase64(octets: string): string {
  let text = '';
  for (let at = 0; at < octets.length; at += 3) {
    const bits =
      (octets.charCodeAt(at) << 16) | ((octets.charCodeAt(at + 1) || 0) << 8) | (octets.charCodeAt(at + 2) || 0);
    const signs = [18, 12, 6, 0].map((shift) => SIGNS.charAt((bits >> shift) & 63)).join('');
    const missing = Math.max(0, at + 3 - octets.length);
    text += missing === 0 ? signs : signs.slice(0, 4 - missing) + '='.repeat(missing);
  }
  return text;
}

/** undefined for what is none: other signs, a length that is no multiple of four, padding elsewhere than at the end. */
export function fromBase64(text: string): string | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  let octets = '';
  for (let at = 0; at < text.length; at += 4) {
    let bits = 0;
    for (let index = at; index < at + 4; index++) {
      const value = index >= text.length - padding ? 0 : VALUES.get(text.charAt(index));
      if (value === undefined) return undefined;
      bits = (bits << 6) | value;
    }
    octets += String.fromCharCode((bits >> 16) & 255, (bits >> 8) & 255, bits & 255);
  }
  return octets.slice(0, octets.length - padding);
}

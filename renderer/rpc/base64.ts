/** Terminal bytes cross the wire as base64, so that any byte survives JSON. */
export function bytesToBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export function base64ToBytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** What a keyboard types: a JavaScript string, sent as UTF-8. */
export function textToBase64(text: string): string {
  return bytesToBase64(new TextEncoder().encode(text));
}

/** What xterm.js calls binary (mouse reports): one character a byte. */
export function binaryToBase64(binary: string): string {
  return btoa(binary);
}

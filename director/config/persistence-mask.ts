import { shown, type Reader } from './reader.ts';
import type { Word } from './statements.ts';

/** A mask of persistence as the model writes it; undefined when the text is none for the family. */
export function persistenceMask(text: string, family: 4 | 6): string | undefined {
  if (family === 6)
    return /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 128 ? String(Number(text)) : undefined;
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return undefined;
  return parts.map(Number).join('.');
}

/** Without holes; a mask with holes is none of a network, and kernels take it all the same. `mask`: as the model has it. */
export function isContiguousMask(mask: string): boolean {
  const bits = mask.split('.').map((part) => Number(part).toString(2).padStart(8, '0'));
  return bits.length !== 4 || /^1*0*$/.test(bits.join(''));
}

/** Every client by itself. */
export function hostMask(family: 4 | 6): string {
  return family === 6 ? '128' : '255.255.255.255';
}

export const maskExpected = {
  4: 'a netmask such as 255.255.255.0',
  6: 'a prefix length from 1 to 128',
} as const;

export const holesMessage = (mask: string): string =>
  `the mask ${mask} has holes: clients of different networks count as one`;

/** A mask of a file; what is none, or hardly one that somebody wants, is reported. */
export function readPersistenceMask(reader: Reader, word: Word, family: 4 | 6): string | undefined {
  const mask = persistenceMask(word.text, family);
  const expected = maskExpected[family];
  if (mask === undefined) reader.error(word, `"${shown(word.text)}" is no mask for IPv${family}`, { expected });
  else if (!isContiguousMask(mask)) reader.warn(word, holesMessage(mask), { expected });
  return mask;
}

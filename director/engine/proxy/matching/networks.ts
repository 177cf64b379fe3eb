import { parseAddress } from '../../address.ts';
import type { Network } from '../expressions.ts';
import type { SampleValue } from '../runtime/sample-value.ts';
import { cast } from '../samples/cast.ts';

interface Range4 {
  readonly bits: number;
  readonly mask: number;
}

interface Range6 {
  readonly words: readonly number[];
  readonly masks: readonly number[];
}

const maskOf = (length: number): number => (length <= 0 ? 0 : length >= 32 ? -1 : ~(2 ** (32 - length) - 1) | 0);

/** The 32 bits of a dotted address, whose form is known to be right. */
function bitsOf(text: string): number {
  let bits = 0;
  let part = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2e) {
      bits = (bits << 8) | part;
      part = 0;
    } else part = part * 10 + code - 0x30;
  }
  return (bits << 8) | part;
}

/** Whether an address is in one of the networks; addresses that stand for one of the other family are also looked for as that. */
export function networkTest(networks: readonly Network[]): (value: SampleValue) => boolean {
  const fours: Range4[] = [];
  const sixes: Range6[] = [];
  for (const { address, prefixLength } of networks) {
    const parsed = parseAddress(address);
    if (parsed?.family === 4) {
      const mask = maskOf(prefixLength);
      fours.push({ bits: (parsed.words[3] ?? 0) & mask, mask });
    } else if (parsed !== undefined) {
      const masks = [0, 32, 64, 96].map((before) => maskOf(prefixLength - before));
      sixes.push({ words: masks.map((mask, index) => (parsed.words[index] ?? 0) & mask), masks });
    }
  }
  const isIn4 = (text: string): boolean => {
    const bits = bitsOf(text);
    return fours.some((range) => (bits & range.mask) === range.bits);
  };
  const isIn6 = (text: string): boolean => {
    const words = parseAddress(text)?.words;
    if (words === undefined) return false;
    return sixes.some((range) =>
      range.masks.every((mask, index) => ((words[index] ?? 0) & mask) === range.words[index]),
    );
  };
  return (value) => {
    if (value.type === 'ipv4') {
      if (fours.length > 0 && isIn4(value.value)) return true;
      const six = sixes.length > 0 ? cast(value, 'ipv6') : undefined;
      return six?.type === 'ipv6' && isIn6(six.value);
    }
    if (value.type !== 'ipv6') return false;
    if (sixes.length > 0 && isIn6(value.value)) return true;
    const four = fours.length > 0 ? cast(value, 'ipv4') : undefined;
    return four?.type === 'ipv4' && isIn4(four.value);
  };
}

import { formatAddress, fromBytes, parseAddress, toBytes } from '../../address.ts';
import { fromLatin1 } from '../../http/octets.ts';
import type { SampleValue } from '../runtime/sample-value.ts';
import type { SampleType } from '../samples.ts';
import { bin, bool, clamp, int, latin1, str } from './values.ts';

/** The text that a sample is where text is wanted. */
export function textOf(sample: SampleValue): string {
  switch (sample.type) {
    case 'bool':
      return sample.value ? '1' : '0';
    case 'int':
      return sample.value.toString();
    default:
      return sample.value;
  }
}

/** The number that a sample is where a number is wanted; undefined for what has none. */
export function integerOf(sample: SampleValue): bigint | undefined {
  switch (sample.type) {
    case 'bool':
      return sample.value ? 1n : 0n;
    case 'int':
      return sample.value;
    case 'str':
      return sample.value === '' ? undefined : leadingInteger(sample.value);
    case 'ipv4':
      return BigInt(parseAddress(sample.value)?.words[3] ?? 0);
    default:
      return undefined;
  }
}

/** The digits at the beginning of a text, with a sign; 0 without any. */
export function leadingInteger(text: string): bigint {
  const sign = text[0] === '-' || text[0] === '+' ? 1 : 0;
  let end = sign;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  if (end === sign) return 0n;
  return clamp(BigInt(text.slice(text[0] === '+' ? 1 : 0, end)));
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** A sample as another type, or undefined where its value has no such form (manual, section 7.1). */
export function cast(sample: SampleValue, to: SampleType): SampleValue | undefined {
  if (to === 'any' || to === sample.type) return sample;
  switch (to) {
    case 'bool': {
      const number = integerOf(sample);
      return number === undefined ? undefined : bool(number !== 0n);
    }
    case 'int': {
      const number = integerOf(sample);
      return number === undefined ? undefined : int(number);
    }
    case 'str':
      return str(textOf(sample));
    case 'method':
      return sample.type === 'str' || sample.type === 'bin' ? { type: 'method', value: sample.value } : undefined;
    case 'bin':
      return bin(octetsOf(sample));
    default:
      return toAddress(sample, to);
  }
}

/** Numbers are eight octets, addresses four or sixteen, in network order. */
export function octetsOf(sample: SampleValue): string {
  switch (sample.type) {
    case 'bool':
    case 'int': {
      const octets = new Uint8Array(8);
      new DataView(octets.buffer).setBigInt64(0, integerOf(sample) ?? 0n);
      return latin1(octets);
    }
    case 'ipv4':
    case 'ipv6': {
      const address = parseAddress(sample.value);
      return address === undefined ? '' : latin1(toBytes(address));
    }
    default:
      return sample.value;
  }
}

function toAddress(sample: SampleValue, to: 'addr' | 'ipv4' | 'ipv6'): SampleValue | undefined {
  if (sample.type === 'ipv4') return to === 'ipv6' ? mapped(sample.value) : sample;
  if (sample.type === 'ipv6') return to === 'ipv4' ? unmapped(sample.value) : sample;
  if (sample.type === 'int') {
    const four = formatAddress(fromBytes(fromLatin1(octetsOf(sample)).subarray(4)));
    return to === 'ipv6' ? mapped(four) : { type: 'ipv4', value: four };
  }
  if (sample.type !== 'str') return undefined;
  const parsed = parseAddress(sample.value);
  if (parsed === undefined) return undefined;
  const value = formatAddress(parsed);
  const type = parsed.family === 4 ? 'ipv4' : 'ipv6';
  return to === 'addr' ? { type, value } : toAddress({ type, value }, to);
}

const mapped = (four: string): SampleValue | undefined => {
  const address = parseAddress(four);
  if (address === undefined) return undefined;
  const octets = new Uint8Array(16);
  octets.set([0xff, 0xff], 10);
  octets.set(toBytes(address), 12);
  return { type: 'ipv6', value: formatAddress(fromBytes(octets)) };
};

/** Of addresses that stand for one of IPv4: mapped, compatible (RFC 4291) and 6to4 (RFC 3056). */
function unmapped(six: string): SampleValue | undefined {
  const address = parseAddress(six);
  if (address === undefined) return undefined;
  const octets = toBytes(address);
  const [first = 0, second = 0, third = 0] = address.words;
  if (first === 0 && second === 0 && (third === 0xffff || third === 0)) return four(octets.subarray(12));
  return first >>> 16 === 0x2002 ? four(octets.subarray(2, 6)) : undefined;
}

const four = (octets: Uint8Array): SampleValue => ({ type: 'ipv4', value: formatAddress(fromBytes(octets)) });

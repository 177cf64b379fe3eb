import { textOf } from '../cast.ts';
import type { SampleArgument } from '../../expressions.ts';
import { numberAt, textAt } from '../fetches/fetch.ts';
import { bin, bool, int, octetText, str } from '../values.ts';
import { type ConverterMaker, type Converters, fromText, variableText } from './converter.ts';
import { fieldOf, wordOf } from './fields.ts';
import { languageOf } from './language.ts';
import { substitution } from './regular-expressions.ts';

/** Only letters of ASCII. */
const lower = (text: string): string => text.replaceAll(/[A-Z]+/g, (part) => part.toLowerCase());
const upper = (text: string): string => text.replaceAll(/[a-z]+/g, (part) => part.toUpperCase());

const trim =
  (side: 'left' | 'right'): ConverterMaker =>
  (given) => {
    const signs = octetText(textAt(given, 0));
    return (value) => {
      const text = textOf(value);
      let from = 0;
      let to = text.length;
      if (side === 'left') while (from < to && signs.includes(text.charAt(from))) from++;
      else while (to > from && signs.includes(text.charAt(to - 1))) to--;
      return str(text.slice(from, to));
    };
  };

const part =
  (cut: typeof fieldOf): ConverterMaker =>
  (given) => {
    const index = numberAt(given, 0);
    const delimiters = octetText(textAt(given, 1));
    const count = numberAt(given, 2, 1);
    return (value) => {
      const found = cut(textOf(value), index, delimiters, count);
      return found === undefined ? undefined : str(found);
    };
  };

/** Text, the value of a variable, text. */
const concat: ConverterMaker = (given, setting) => {
  const [before, name, after] = [octetText(textAt(given, 0)), textAt(given, 1), octetText(textAt(given, 2))];
  const variable = variableText(name, setting);
  return (value, subject) => {
    const between = name === '' ? '' : (variable(subject) ?? '');
    return str(textOf(value) + before + between + after);
  };
};

const bytes = (given: readonly SampleArgument[]): ReturnType<ConverterMaker> => {
  const offset = numberAt(given, 0);
  const length = given[1] === undefined ? Infinity : numberAt(given, 1);
  return (value) => {
    const octets = textOf(value);
    return offset >= octets.length ? bin('') : bin(octets.slice(offset, offset + length));
  };
};

/** By the distance of the first octets that differ; else by which one is longer. */
function compare(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let at = 0; at < shorter; at++) {
    const distance = left.charCodeAt(at) - right.charCodeAt(at);
    if (distance !== 0) return distance;
  }
  return Math.sign(left.length - right.length);
}

const strcmp: ConverterMaker = (given, setting) => {
  const variable = variableText(textAt(given, 0), setting);
  return (value, subject) => {
    const other = variable(subject);
    return other === undefined ? undefined : int(compare(textOf(value), other));
  };
};

const secureCompare: ConverterMaker = (given, setting) => {
  const variable = variableText(textAt(given, 0), setting);
  return (value, subject) => {
    const other = variable(subject);
    return other === undefined ? undefined : bool(sameInConstantTime(textOf(value), other));
  };
};

/** Takes as long wherever they differ. */
function sameInConstantTime(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let at = 0; at < left.length; at++) difference |= left.charCodeAt(at) ^ right.charCodeAt(at);
  return difference === 0;
}

/** Where the port's colon is; the end where there is none. */
function portColon(host: string): number {
  let at = host.length;
  while (at > 0 && host.charCodeAt(at - 1) >= 0x30 && host.charCodeAt(at - 1) <= 0x39) at--;
  return at > 0 && host[at - 1] === ':' ? at - 1 : host.length;
}

/** Section 7.3.1: texts. */
export const textConverters = {
  length: fromText((text) => int(text.length)),
  lower: fromText((text) => str(lower(text))),
  upper: fromText((text) => str(upper(text))),
  ltrim: trim('left'),
  rtrim: trim('right'),
  field: part(fieldOf),
  word: part(wordOf),
  bytes,
  concat,
  host_only: fromText((text) => str(lower(text.slice(0, portColon(text))))),
  port_only: fromText((text) => int(Number(text.slice(portColon(text) + 1) || 0))),
  strcmp,
  secure_memcmp: secureCompare,
  regsub: (given) => substitution(textAt(given, 0), octetText(textAt(given, 1)), textAt(given, 2)),
  language: (given) => {
    const known = textAt(given, 0).split(';');
    const otherwise = given[1] === undefined ? undefined : textAt(given, 1);
    return (value) => {
      const chosen = languageOf(textOf(value), known) ?? otherwise;
      return chosen === undefined ? undefined : str(chosen);
    };
  },
  iif: (given) => {
    const [yes, no] = [str(octetText(textAt(given, 0))), str(octetText(textAt(given, 1)))];
    return (value) => (value.type === 'bool' && value.value ? yes : no);
  },
  cut_crlf: fromText((text) => str(text.replace(/[\r\n].*$/s, ''))),
} satisfies Converters;

import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { LineError, type Line } from './line.ts';

const units: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const perUnit = (unit: string): number => units[unit] ?? 1;
export type TimeUnit = 'ms' | 's';

const timeText = /^(?<digits>\d+)(?<given>us|ms|[smhd])?(?<excess>.*)$/s;

/** Section 2.5: `5s`, `100ms`; a bare number counts in `unit`, in which the result is too. Throws LineError. */
export function time(word: Word, unit: TimeUnit, warn?: (at: Word, message: string) => void): number {
  const expected = 'a time such as 500ms, 5s or 1h';
  const { digits, given, excess = '' } = timeText.exec(word.text)?.groups ?? {};
  if (digits === undefined || (excess !== '' && given === undefined))
    throw new LineError(word, `"${shown(word.text)}" is not a time`, { expected });
  if (excess !== '') warn?.(word, `"${shown(excess)}" behind the unit of a time means nothing`);
  const amount = (Number(digits) * perUnit(given ?? unit)) / perUnit(unit);
  // Both ends are the manual's: a signed number of 32 bits, and nothing that would be rounded to nothing.
  const value = Math.ceil(Number(amount.toFixed(6)));
  if (value >= 2 ** 31)
    throw new LineError(word, `${shown(word.text)} is too long`, { expected: `up to ${2 ** 31 - 1} ${unit}` });
  return value;
}

/** A time that is the argument of `keyword`. */
export function timeArgument(line: Line, unit: TimeUnit, warn?: (at: Word, message: string) => void): number {
  return time(line.take('a time such as 5s'), unit, warn);
}

const sizeFactors: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `10k`, `1m`. Throws LineError. */
export function size(word: Word): number {
  const [, digits, unit = ''] = /^(\d+)([kmg]?)$/i.exec(word.text) ?? [];
  const value = Number(digits) * (sizeFactors[unit.toLowerCase()] ?? Number.NaN);
  if (value < 2 ** 32) return value;
  throw new LineError(word, `"${shown(word.text)}" is not a size`, { expected: 'a number such as 200k or 1m' });
}

/** A whole number within bounds. Throws LineError. */
export function integer(word: Word, min = 0, max = 2 ** 31 - 1): number {
  const value = /^[+-]?\d+$/.test(word.text) ? Number(word.text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new LineError(word, `"${shown(word.text)}" is out of place`, {
    expected: `a whole number from ${min} to ${max}`,
  });
}

export function integerArgument(line: Line, min = 0, max = 2 ** 31 - 1): number {
  return integer(line.take(`a whole number from ${min} to ${max}`), min, max);
}

/** One of several words. Throws LineError. */
export function oneOf<const T extends string>(word: Word, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === word.text);
  if (found !== undefined) return found;
  throw new LineError(word, `"${shown(word.text)}" is none of the words for this place`, {
    expected: choices.join(', '),
  });
}

/** Throws LineError for the first character that names may not have: letters, digits and `-_.:` are all there is. */
export function checkName(word: Word, what: string): string {
  const [odd] = /[^\w.:-]/.exec(word.text) ?? [];
  if (odd === undefined) return word.text;
  throw new LineError(word, `"${odd}" cannot be in ${what}`, { expected: 'letters, digits and any of -_.:' });
}

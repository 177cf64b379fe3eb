import type { SampleValue } from '../../runtime/sample-value.ts';
import { textAt } from '../fetches/fetch.ts';
import { LARGEST, SMALLEST, bool, clamp, int } from '../values.ts';
import { type ConverterMaker, type Converters, fromInteger, numberOrVariable } from './converter.ts';

function arithmetic(compute: (left: bigint, right: bigint) => bigint): ConverterMaker {
  return (given, setting) => {
    const operand = numberOrVariable(textAt(given, 0), setting);
    return (value, subject): SampleValue | undefined => {
      const right = operand(subject);
      return right === undefined || value.type !== 'int' ? undefined : int(clamp(compute(value.value, right)));
    };
  };
}

const negated = (number: bigint): bigint => (number === SMALLEST ? LARGEST : -number);

/** Section 7.3.1: numbers. What overflows stays at the end of the range, and so does what is divided by 0. */
export const numberConverters = {
  bool: fromInteger((number) => bool(number !== 0n)),
  not: fromInteger((number) => bool(number === 0n)),
  neg: fromInteger((number) => int(negated(number))),
  cpl: fromInteger((number) => int(~number)),
  even: fromInteger((number) => bool((number & 1n) === 0n)),
  odd: fromInteger((number) => bool((number & 1n) === 1n)),
  add: arithmetic((left, right) => left + right),
  sub: arithmetic((left, right) => left - right),
  mul: arithmetic((left, right) => left * right),
  div: arithmetic((left, right) => (right === 0n ? LARGEST : left / right)),
  mod: arithmetic((left, right) => (right === 0n ? 0n : left % right)),
  and: arithmetic((left, right) => left & right),
  or: arithmetic((left, right) => left | right),
  xor: arithmetic((left, right) => left ^ right),
} satisfies Converters;

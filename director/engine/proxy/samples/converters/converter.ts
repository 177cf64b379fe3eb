import type { SampleArgument } from '../../expressions.ts';
import type { SampleValue } from '../../runtime/sample-value.ts';
import type { ConverterName } from '../../samples.ts';
import { integerOf, leadingInteger, textOf } from '../cast.ts';
import type { Setting } from '../setting.ts';
import type { Subject } from '../subject.ts';
import { isVariable, readVariable } from '../variables.ts';

/** Gets what its signature in samples.ts says; undefined: there is no result, and no sample. */
export type Convert = (value: SampleValue, subject: Subject) => SampleValue | undefined;

export type ConverterMaker = (given: readonly SampleArgument[], setting: Setting) => Convert;

export type Converters = Readonly<Partial<Record<ConverterName, ConverterMaker>>>;

/** A converter from text to something. */
export const fromText =
  (convert: (text: string) => SampleValue | undefined): ConverterMaker =>
  () =>
  (value) =>
    convert(textOf(value));

/** A converter from a number to something. */
export const fromInteger =
  (convert: (number: bigint) => SampleValue | undefined): ConverterMaker =>
  () =>
  (value) =>
    value.type === 'int' ? convert(value.value) : undefined;

/** An argument that is a number or the name of a variable that has one. */
export function numberOrVariable(text: string, { environment }: Setting): (subject: Subject) => bigint | undefined {
  if (!isVariable(text)) {
    const constant = leadingInteger(text);
    return () => constant;
  }
  return (subject) => {
    const value = readVariable(subject, environment, text);
    return value === undefined ? undefined : integerOf(value);
  };
}

/** The text of the variable that an argument names. */
export function variableText(name: string, { environment }: Setting): (subject: Subject) => string | undefined {
  return (subject) => {
    const value = readVariable(subject, environment, name);
    return value === undefined ? undefined : textOf(value);
  };
}

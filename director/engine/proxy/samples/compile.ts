import type { SampleExpression } from '../expressions.ts';
import type { SampleValue } from '../runtime/sample-value.ts';
import type { Stream } from '../runtime/stream.ts';
import { type Availability, type SampleType, converters, fetches } from '../samples.ts';
import { cast, octetsOf, textOf } from './cast.ts';
import { allConverters } from './converters/all-converters.ts';
import type { Convert } from './converters/converter.ts';
import { allFetches } from './fetches/all-fetches.ts';
import type { Fetch, Test } from './fetches/fetch.ts';
import type { Direction, Setting } from './setting.ts';
import { Subject } from './subject.ts';

/** An expression made ready. */
export interface Sampler {
  readonly one: (subject: Subject) => SampleValue | undefined;
  /** Whether a test passes for any of its values. */
  readonly some: (subject: Subject, test: Test) => boolean;
}

/** Whether what a fetch looks at is still, or already, there. */
function isThere(available: Availability, answering: boolean): boolean {
  if (available === 'request') return !answering;
  return available !== 'response' || answering;
}

/** Converters one behind the other, each with what it takes. */
function chainOf({ converters: chain }: SampleExpression, setting: Setting): Convert | undefined {
  const steps = chain.map(({ name, arguments: given }): Convert => {
    const input: SampleType = converters.get(name)?.[0] ?? 'any';
    const convert = allConverters[name](given, setting);
    return (value, subject) => {
      const taken = cast(value, input);
      return taken === undefined ? undefined : convert(taken, subject);
    };
  });
  if (steps.length < 2) return steps[0];
  return (value, subject) => {
    let result: SampleValue | undefined = value;
    for (const step of steps) {
      result = step(result, subject);
      if (result === undefined) return undefined;
    }
    return result;
  };
}

/** Section 7.3. The names in it may be of proxies that are made later. */
export function compileSample(expression: SampleExpression, setting: Setting): Sampler {
  const fetch = allFetches[expression.fetch](expression.arguments, setting);
  const [, , available = 'anywhere'] = fetches.get(expression.fetch) ?? [];
  const guarded = available === 'request' || available === 'response' ? guard(fetch, available) : fetch;
  const convert = chainOf(expression, setting);
  return convert === undefined ? withoutConverters(guarded) : withConverters(guarded, convert);
}

function guard(fetch: Fetch, available: Availability): Fetch {
  const { some } = fetch;
  const guarded: Fetch = {
    one: (subject) => (isThere(available, subject.answering) ? fetch.one(subject) : undefined),
  };
  if (some === undefined) return guarded;
  return { ...guarded, some: (subject, test) => isThere(available, subject.answering) && some(subject, test) };
}

function withoutConverters(fetch: Fetch): Sampler {
  const { some } = fetch;
  if (some !== undefined) return { one: (subject) => fetch.one(subject), some };
  return {
    one: (subject) => fetch.one(subject),
    some: (subject, test) => {
      const value = fetch.one(subject);
      return value !== undefined && test(value);
    },
  };
}

function withConverters(fetch: Fetch, convert: Convert): Sampler {
  const one = (subject: Subject): SampleValue | undefined => {
    const value = fetch.one(subject);
    return value === undefined ? undefined : convert(value, subject);
  };
  const converted = (subject: Subject, test: Test) => (value: SampleValue) => {
    const result = convert(value, subject);
    return result !== undefined && test(result);
  };
  return {
    one,
    some: (subject, test) => {
      if (fetch.some !== undefined) return fetch.some(subject, converted(subject, test));
      const result = one(subject);
      return result !== undefined && test(result);
    },
  };
}

/** As text, where text is put together; in a log the request's, or where it has none the answer's. */
export function compileText(
  expression: SampleExpression,
  setting: Setting,
  direction: Direction,
): (subject: Subject) => string | undefined {
  const sampler = compileSample(expression, setting);
  const read = (subject: Subject): string | undefined => {
    const value = sampler.one(subject);
    return value === undefined ? undefined : textOf(value);
  };
  if (direction !== 'log') return read;
  return (subject) => {
    const { answering } = subject;
    subject.answering = false;
    const text = read(subject);
    if (text !== undefined) return text;
    subject.answering = true;
    const answered = read(subject);
    subject.answering = answering;
    return answered;
  };
}

/** For whoever has a stream and no rules: what an expression gives at this moment. */
export function sampleOf(
  expression: SampleExpression,
  setting: Setting,
  direction: 'request' | 'response' = 'request',
): (stream: Stream, now: number) => SampleValue | undefined {
  const sampler = compileSample(expression, setting);
  const subject = new Subject();
  return (stream, now) => sampler.one(subject.begin(stream.session, stream, direction === 'response', now));
}

/** The same as octets: `balance hash`. */
export function octetsOfSample(
  expression: SampleExpression,
  setting: Setting,
): (stream: Stream, now: number) => string | undefined {
  const read = sampleOf(expression, setting);
  return (stream, now) => {
    const value = read(stream, now);
    return value === undefined ? undefined : octetsOf(value);
  };
}

import type { SampleArgument } from '../../expressions.ts';
import type { SampleValue } from '../../runtime/sample-value.ts';
import type { Setting } from '../setting.ts';
import type { Subject } from '../subject.ts';

export type Test = (value: SampleValue) => boolean;

/** A fetch with its arguments. */
export interface Fetch {
  /** The one value where one is wanted: of several mostly the last. */
  readonly one: (subject: Subject) => SampleValue | undefined;
  /** Whether a test passes for any of its values; absent where there is never more than one. */
  readonly some?: (subject: Subject, test: Test) => boolean;
}

export type FetchMaker = (given: readonly SampleArgument[], setting: Setting) => Fetch;

/** A fetch of one value that needs neither arguments nor the configuration. */
export function plain(one: Fetch['one']): FetchMaker {
  const fetch: Fetch = { one };
  return () => fetch;
}

/** An argument as text; empty when it was left out. */
export function textAt(given: readonly SampleArgument[], index: number): string {
  const value = given[index];
  return value === undefined ? '' : String(value);
}

/** An argument as a number. */
export function numberAt(given: readonly SampleArgument[], index: number, otherwise = 0): number {
  const value = given[index];
  return value === undefined || value === '' ? otherwise : Number(value);
}

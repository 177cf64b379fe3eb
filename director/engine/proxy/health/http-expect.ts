import type { HeaderMatch, HttpExpectation } from '../checks.ts';
import type { CheckStatus } from './check-status.ts';
import { constantOf } from '../formats/log-format.ts';
import type { CheckFormats } from './check-formats.ts';
import type { HttpAnswer } from './http-answer.ts';

/** Whether a rule is met; without its negation. `failure`: what it says where the answer is not as wanted. */
export interface Comparison {
  readonly matches: boolean;
  readonly status: CheckStatus;
  readonly failure: string;
}

/** `impossible`: the comparison itself cannot be made. */
export type Compared = Comparison | 'wait' | { readonly impossible: string; readonly status: CheckStatus };

export interface Comparing {
  readonly formats: CheckFormats;
  readonly negated: boolean;
  /** Nothing more will come. */
  readonly last: boolean;
  readonly minimumOctets: number;
}

export const EMPTY_FORMAT = 'log-format string evaluated to an empty string';
const NO_BODY = 'HTTP content check could not find a response body';

export function compareHttp(answer: HttpAnswer, expectation: HttpExpectation, how: Comparing): Compared {
  const byStatus = (matches: boolean): Comparison => ({ matches, status: 'L7STS', failure: answer.reason });
  const { status } = answer;
  switch (expectation.what) {
    case 'status':
      return byStatus(expectation.codes.some(({ from = 0, to = 999 }) => status >= from && status <= to));
    case 'statusPattern':
      return byStatus(patternOf(expectation.expression).test(String(status)));
    case 'header': {
      const wanted = preparedHeader(expectation, how.formats);
      if (wanted === undefined) return { impossible: EMPTY_FORMAT, status: 'L7RSP' };
      return byStatus(hasHeader(answer, expectation.whole, wanted));
    }
    case 'body':
    case 'bodyPattern':
      return compareBody(answer, expectation, how);
  }
}

function compareBody(
  { body }: HttpAnswer,
  expectation: Extract<HttpExpectation, { readonly what: 'body' | 'bodyPattern' }>,
  { formats, negated, last, minimumOctets }: Comparing,
): Compared {
  if (body === '') return last ? { impossible: NO_BODY, status: 'L7RSP' } : 'wait';
  const text = expectation.what === 'body' ? formats.text(expectation.text) : undefined;
  if (text === '') return { impossible: EMPTY_FORMAT, status: 'L7RSP' };
  if (!last && body.length < Math.max(text?.length ?? 0, minimumOctets)) return 'wait';
  const matches =
    expectation.what === 'body' ? body.includes(text ?? '') : patternOf(expectation.expression).test(body);
  if (!matches && !last && minimumOctets === -1) return 'wait';
  const failure = negated ? 'HTTP check matched unwanted content' : 'HTTP content check did not match';
  return { matches, status: 'L7RSP', failure };
}

type Test = (text: string) => boolean;

/** undefined: a format that gives nothing. */
function preparedHeader(
  { name, value }: Extract<HttpExpectation, { readonly what: 'header' }>,
  formats: CheckFormats,
): { readonly name: Test; readonly value: Test | undefined } | undefined {
  const byName = testOf(name, formats, true);
  const byValue = value === undefined ? undefined : testOf(value, formats, false);
  if (byName === undefined || (value !== undefined && byValue === undefined)) return undefined;
  return { name: byName, value: byValue };
}

function testOf(match: HeaderMatch, formats: CheckFormats, isName: boolean): Test | undefined {
  if (match.method === 'reg') {
    const pattern = patternOf(match.expression);
    return (text) => pattern.test(text);
  }
  const wanted = formats.text(match.text);
  if (wanted === '' && constantOf(match.text) === undefined) return undefined;
  const compare = comparisons[match.method];
  // Names have no case.
  const lower = wanted.toLowerCase();
  return isName ? (text) => compare(text.toLowerCase(), lower) : (text) => compare(text, wanted);
}

const comparisons: Readonly<Record<Exclude<HeaderMatch['method'], 'reg'>, (text: string, wanted: string) => boolean>> =
  {
    str: (text, wanted) => text === wanted,
    beg: (text, wanted) => text.startsWith(wanted),
    end: (text, wanted) => text.endsWith(wanted),
    sub: (text, wanted) => text.includes(wanted),
  };

function hasHeader(answer: HttpAnswer, whole: boolean, wanted: { name: Test; value: Test | undefined }): boolean {
  return answer.headers.some(([name, line]) => {
    if (!wanted.name(name)) return false;
    if (wanted.value === undefined) return true;
    const values = whole ? [line] : elementsOf(line);
    return values.some(wanted.value);
  });
}

/** Elements of a list (RFC 9110 section 5.6.1); commas in quotes separate nothing. */
function elementsOf(line: string): string[] {
  return (line.match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? []).map((element) => element.trim());
}

export function patternOf({ source, ignoreCase }: { source: string; ignoreCase: boolean }): RegExp {
  return new RegExp(source, ignoreCase ? 'i' : '');
}

import { leadingInteger } from '../cast.ts';
import type { SampleArgument } from '../../expressions.ts';
import type { SampleValue } from '../../runtime/sample-value.ts';
import type { Subject } from '../subject.ts';
import { bin, int, latin1, octetText, str } from '../values.ts';
import { type Fetch, type FetchMaker, textAt } from './fetch.ts';

/** Calls for the value of each parameter of a name, or of every one when it is empty. */
function visitParameters(list: string, name: string, delimiter: string, visit: (value: string) => boolean): boolean {
  let from = 0;
  for (let at = 0; at <= list.length; at++) {
    const sign = list[at];
    if (at < list.length && sign !== '&' && sign !== ';' && sign !== delimiter) continue;
    const value = valueOf(list.slice(from, at), name);
    if (value !== undefined && visit(value)) return true;
    from = at + 1;
  }
  return false;
}

function valueOf(parameter: string, name: string): string | undefined {
  if (name === '') {
    const equals = parameter.indexOf('=');
    return equals === -1 ? undefined : parameter.slice(equals + 1);
  }
  return parameter[name.length] === '=' && parameter.startsWith(name) ? parameter.slice(name.length + 1) : undefined;
}

/** What is behind the first delimiter. */
function listIn({ target }: Subject, delimiter: string): string | undefined {
  if (target === undefined) return undefined;
  const at = target.whole.indexOf(delimiter);
  return at === -1 ? undefined : target.whole.slice(at + 1);
}

const parameter =
  (read: (value: string) => SampleValue): FetchMaker =>
  (given): Fetch => {
    const name = octetText(textAt(given, 0));
    const delimiter = textAt(given, 1) || '?';
    const some: Fetch['some'] = (subject, test) => {
      const list = listIn(subject, delimiter);
      return list !== undefined && visitParameters(list, name, delimiter, (value) => test(read(value)));
    };
    return { one: (subject) => firstOf(subject, some), some };
  };

function firstOf(subject: Subject, some: NonNullable<Fetch['some']>): SampleValue | undefined {
  let first: SampleValue | undefined;
  some(subject, (value) => ((first = value), true));
  return first;
}

function bodyParameter(given: readonly SampleArgument[]): Fetch {
  const name = octetText(textAt(given, 0));
  const some: Fetch['some'] = (subject, test) => {
    const body = subject.request?.body();
    return body !== undefined && visitParameters(latin1(body), name, '&', (value) => test(bin(value)));
  };
  return { one: (subject) => firstOf(subject, some), some };
}

/** Section 7.3.6: parameters in the target's query, and in the body of a form. */
export const parameterFetches = {
  url_param: parameter(str),
  urlp: parameter(str),
  urlp_val: parameter((value) => int(leadingInteger(value))),
  'req.body_param': bodyParameter,
} satisfies Readonly<Record<string, FetchMaker>>;

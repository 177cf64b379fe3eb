import { COOKIE, SET_COOKIE } from '../../../http/field-name.ts';
import { leadingInteger } from '../cast.ts';
import type { SampleValue } from '../../runtime/sample-value.ts';
import { int, octetText, str } from '../values.ts';
import { type FetchMaker, textAt } from './fetch.ts';
import { type AnyMessage, nextField, valueAt } from './header-values.ts';
import { eitherSide, requestSide, responseSide, type Side } from './headers.ts';

/** The values of a field's cookies of a name (of any, when it is empty): all of `Cookie`, the first pair of `Set-Cookie`. */
function visitPairs(text: string, name: string, isList: boolean, visit: (value: string) => boolean): boolean {
  const pairs = isList ? splitPairs(text) : [splitPairs(text)[0] ?? ''];
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals === -1 || (name !== '' && pair.slice(0, equals).trim() !== name)) continue;
    if (visit(pair.slice(equals + 1).trim())) return true;
  }
  return false;
}

/** At semicolons and commas outside quotes. */
function splitPairs(text: string): string[] {
  const pairs: string[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') quoted = !quoted;
    else if (sign === '\\' && quoted) at++;
    else if ((sign === ';' || sign === ',') && !quoted) {
      pairs.push(text.slice(from, at));
      from = at + 1;
    }
  }
  pairs.push(text.slice(from));
  return pairs;
}

function visitCookies(
  message: AnyMessage,
  isRequest: boolean,
  name: string,
  visit: (value: string) => boolean,
): boolean {
  const field = isRequest ? COOKIE : SET_COOKIE;
  for (let index = nextField(message, field, -1); index !== -1; index = nextField(message, field, index))
    if (visitPairs(valueAt(message, index), name, isRequest, visit)) return true;
  return false;
}

const isRequestOf = (side: Side, answering: boolean): boolean =>
  side === requestSide || (side === eitherSide && !answering);

function values(side: Side, read: (value: string) => SampleValue | undefined): FetchMaker {
  return (given) => {
    const name = octetText(textAt(given, 0));
    return {
      one: (subject) => {
        const message = side(subject);
        let last: string | undefined;
        if (message !== undefined)
          // Without a name it is the first of all.
          visitCookies(message, isRequestOf(side, subject.answering), name, (value) => ((last = value), name === ''));
        return last === undefined ? undefined : read(last);
      },
      some: (subject, test) => {
        const message = side(subject);
        if (message === undefined) return false;
        return visitCookies(message, isRequestOf(side, subject.answering), name, (value) => {
          const sample = read(value);
          return sample !== undefined && test(sample);
        });
      },
    };
  };
}

function count(side: Side): FetchMaker {
  return (given) => {
    const name = octetText(textAt(given, 0));
    return {
      one: (subject) => {
        const message = side(subject);
        if (message === undefined) return undefined;
        let counted = 0;
        visitCookies(message, isRequestOf(side, subject.answering), name, () => (counted++, false));
        return int(counted);
      },
    };
  };
}

const number = (value: string): SampleValue => int(leadingInteger(value));

/** Section 7.3.6: cookies of requests, and those that answers set. */
export const cookieFetches = {
  cookie: values(eitherSide, str),
  'req.cook': values(requestSide, str),
  'req.cook_cnt': count(requestSide),
  'req.cook_val': values(requestSide, number),
  'res.cook': values(responseSide, str),
  'res.cook_cnt': count(responseSide),
  'res.cook_val': values(responseSide, number),
} satisfies Readonly<Record<string, FetchMaker>>;

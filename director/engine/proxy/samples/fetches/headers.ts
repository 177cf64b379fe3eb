import { type FieldName, fieldName } from '../../../http/field-name.ts';
import { formatAddress, parseAddress } from '../../../address.ts';
import { leadingInteger } from '../cast.ts';
import type { SampleArgument } from '../../expressions.ts';
import type { SampleValue } from '../../runtime/sample-value.ts';
import type { Subject } from '../subject.ts';
import { int, octetText, str } from '../values.ts';
import { type Fetch, type FetchMaker, numberAt, textAt } from './fetch.ts';
import { type AnyMessage, nameAt, nextField, visitValues } from './header-values.ts';

export type Side = (subject: Subject) => AnyMessage | undefined;

export const requestSide: Side = (subject) => subject.request;
export const responseSide: Side = (subject) => subject.response;
/** That of the rules that are looked at. */
export const eitherSide: Side = (subject) => (subject.answering ? subject.response : subject.request);

/** As far back as an occurrence may be counted from the last one. */
const HISTORY = 10;

interface Asked {
  /** undefined: fields of any name; null: no field can have this name. */
  readonly name: FieldName | undefined | null;
  /** 0: not said. */
  readonly occurrence: number;
}

function asked(given: readonly SampleArgument[]): Asked {
  const name = textAt(given, 0);
  return { name: name === '' ? undefined : (fieldName(name) ?? null), occurrence: numberAt(given, 1) };
}

/** One value: the n-th, the n-th from the last, or the last. */
function pick(message: AnyMessage, { name, occurrence }: Asked, whole: boolean): string | undefined {
  if (name === null) return undefined;
  let seen = 0;
  let found: string | undefined;
  if (occurrence > 0) {
    const isIt = (value: string): boolean => ++seen === occurrence && ((found = value), true);
    visitValues(message, name, whole, isIt);
    return found;
  }
  if (occurrence < -HISTORY) return undefined;
  const last: string[] = [];
  visitValues(message, name, whole, (value) => {
    if (last.push(value) > -occurrence && last.length > 1) last.shift();
    return false;
  });
  return last.length < -occurrence ? undefined : last[0];
}

/** Values read by `read`; one that gives nothing is passed over. */
function values(side: Side, whole: boolean, read: (value: string) => SampleValue | undefined): FetchMaker {
  return (given) => {
    const what = asked(given);
    const fetch: Fetch = {
      one: (subject) => {
        const message = side(subject);
        const value = message === undefined ? undefined : pick(message, what, whole);
        return value === undefined ? undefined : read(value);
      },
    };
    if (what.occurrence !== 0 || what.name === null) return fetch;
    const { name } = what;
    return {
      ...fetch,
      some: (subject, test) => {
        const message = side(subject);
        if (message === undefined) return false;
        return visitValues(message, name, whole, (value) => {
          const sample = read(value);
          return sample !== undefined && test(sample);
        });
      },
    };
  };
}

function count(side: Side, whole: boolean): FetchMaker {
  return (given) => {
    const { name } = asked(given);
    return {
      one: (subject) => {
        const message = side(subject);
        if (message === undefined) return undefined;
        let counted = 0;
        if (name !== null) visitValues(message, name, whole, () => (counted++, false));
        return int(counted);
      },
    };
  };
}

function names(side: Side): FetchMaker {
  return (given) => {
    const delimiter = octetText(textAt(given, 0)) || ',';
    return {
      one: (subject) => {
        const message = side(subject);
        if (message === undefined) return undefined;
        const all: string[] = [];
        for (let index = nextField(message, undefined, -1); index !== -1; index = nextField(message, undefined, index))
          all.push(nameAt(message, index));
        return str(all.join(delimiter));
      },
    };
  };
}

/** An address; one of IPv4 also in front of a port. */
function addressIn(value: string): SampleValue | undefined {
  const [, withPort] = /^([^:]*):\d+$/.exec(value) ?? [];
  const parsed = parseAddress(withPort ?? value);
  if (parsed === undefined) return undefined;
  return { type: parsed.family === 4 ? 'ipv4' : 'ipv6', value: formatAddress(parsed) };
}

const number = (value: string): SampleValue => int(leadingInteger(value));

/** Sections 7.3.6: header fields. */
export const headerFetches = {
  hdr: values(eitherSide, false, str),
  'req.hdr': values(requestSide, false, str),
  'req.hdr_cnt': count(requestSide, false),
  'req.hdr_ip': values(requestSide, false, addressIn),
  'req.hdr_val': values(requestSide, false, number),
  'req.hdr_names': names(requestSide),
  'req.fhdr': values(requestSide, true, str),
  'req.fhdr_cnt': count(requestSide, true),
  'res.hdr': values(responseSide, false, str),
  'res.hdr_cnt': count(responseSide, false),
  'res.hdr_ip': values(responseSide, false, addressIn),
  'res.hdr_val': values(responseSide, false, number),
  'res.hdr_names': names(responseSide),
  'res.fhdr': values(responseSide, true, str),
  'res.fhdr_cnt': count(responseSide, true),
} satisfies Readonly<Record<string, FetchMaker>>;

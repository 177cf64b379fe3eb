import { formatAddress, parseAddress } from '../../../address.ts';
import type { SampleValue } from '../../runtime/sample-value.ts';
import { leadingInteger } from '../cast.ts';
import { FALSE, TRUE, bool, int, octetText, str } from '../values.ts';
import { readVariable } from '../variables.ts';
import { type Fetch, type FetchMaker, numberAt, plain, textAt } from './fetch.ts';

const constant = (value: SampleValue | undefined): Fetch => ({ one: () => value });

const addressConstant =
  (type: 'ipv4' | 'ipv6'): FetchMaker =>
  (given) => {
    const parsed = parseAddress(textAt(given, 0));
    return constant(parsed === undefined ? undefined : { type, value: formatAddress(parsed) });
  };

const TRUE_WORDS = new Set(['true', '1']);

/** Milliseconds are so many of a unit. */
const UNITS: Readonly<Record<string, number>> = { s: 0.001, ms: 1, us: 1000 };

/** Section 7.3.1: constants, the date, the environment, variables. */
export const constantFetches = {
  always_true: plain(() => TRUE),
  always_false: plain(() => FALSE),
  bool: (given) => constant(bool(TRUE_WORDS.has(textAt(given, 0).toLowerCase()))),
  int: (given) => constant(int(leadingInteger(textAt(given, 0)))),
  str: (given) => constant(str(octetText(textAt(given, 0)))),
  ipv4: addressConstant('ipv4'),
  ipv6: addressConstant('ipv6'),
  meth: (given) => constant({ type: 'method', value: octetText(textAt(given, 0)) }),
  date: (given, { environment }) => {
    const offset = numberAt(given, 0);
    const factor = UNITS[textAt(given, 1)] ?? 0.001;
    return { one: () => int(Math.floor(environment.now() * factor) + offset) };
  },
  date_us: (_, { environment }) => ({ one: () => int(Math.floor((environment.now() % 1000) * 1000)) }),
  env: (given, { ports }) => {
    const value = ports.environmentVariable(textAt(given, 0));
    return constant(value === undefined ? undefined : str(octetText(value)));
  },
  hostname: (_, { environment }) => constant(str(octetText(environment.hostName))),
  rand: (given, { environment }) => {
    const range = numberAt(given, 0, 2 ** 32);
    return { one: () => int(Math.floor(environment.random() * range)) };
  },
  uuid: (_, { environment }) => ({ one: () => str(randomUuid(() => environment.random())) }),
  var: (given, { environment }) => {
    const name = textAt(given, 0);
    const otherwise = given[1] === undefined ? undefined : str(octetText(textAt(given, 1)));
    return { one: (subject) => readVariable(subject, environment, name) ?? otherwise };
  },
  'unique-id': (_, setting) => ({
    one: (subject) => {
      const text = setting.uniqueId(subject);
      return text === undefined ? undefined : str(text);
    },
  }),
} satisfies Readonly<Record<string, FetchMaker>>;

/** RFC 9562 section 5.4. */
function randomUuid(random: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16));
  digits[12] = 4;
  digits[16] = 8 | ((digits[16] ?? 0) & 3);
  const text = digits.map((digit) => digit.toString(16)).join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

import type { IntegerRange, Patterns } from '../expressions.ts';
import type { SampleValue } from '../runtime/sample-value.ts';
import { cast, integerOf, octetsOf, textOf } from '../samples/cast.ts';
import { compiled } from '../samples/converters/regular-expressions.ts';
import type { Setting } from '../samples/setting.ts';
import { latin1, octetText } from '../samples/values.ts';
import { parseAddress } from '../../address.ts';
import { networkTest } from './networks.ts';
import { stringTest } from './strings.ts';

export type ValueTest = (value: SampleValue) => boolean;

function rangeTest(ranges: readonly IntegerRange[]): (value: bigint | number) => boolean {
  const [only] = ranges;
  const isIn = (value: bigint | number, { from = -Infinity, to = Infinity }: IntegerRange): boolean =>
    value >= from && value <= to;
  if (only !== undefined && ranges.length === 1) return (value) => isIn(value, only);
  return (value) => ranges.some((range) => isIn(value, range));
}

const integerTest = (ranges: readonly IntegerRange[]): ValueTest => {
  const isIn = rangeTest(ranges);
  return (value) => {
    const number = integerOf(value);
    return number !== undefined && isIn(number);
  };
};

/** Names of hosts stand for the addresses that they had when the configuration was put into service. */
function addressTest({ networks, names }: Extract<Patterns, { method: 'ip' }>, { ports }: Setting): ValueTest {
  const hosts = names.flatMap((name) =>
    ports.addressesOf(name).map((address) => ({
      address,
      prefixLength: parseAddress(address)?.family === 4 ? 32 : 128,
    })),
  );
  const isIn = networkTest([...networks, ...hosts]);
  return (value) => {
    const address = cast(value, 'addr');
    return address !== undefined && isIn(address);
  };
}

/** Section 7.1.1 to 7.1.6: whether a sample matches. */
export function compilePatterns(patterns: Patterns, setting: Setting): ValueTest {
  switch (patterns.method) {
    case 'found':
      return () => true;
    case 'bool':
      return (value) => (value.type === 'bool' ? value.value : (integerOf(value) ?? 0n) !== 0n);
    case 'int':
    case 'version':
      return integerTest(patterns.ranges);
    case 'len': {
      const isIn = rangeTest(patterns.ranges);
      return (value) => isIn(textOf(value).length);
    }
    case 'ip':
      return addressTest(patterns, setting);
    case 'bin': {
      const all = new Set(patterns.values.map((value) => latin1(value)));
      return (value) => all.has(octetsOf(value));
    }
    case 'reg': {
      const expressions = patterns.expressions.map((expression) => compiled(expression));
      return (value) => expressions.some((expression) => expression.test(textOf(value)));
    }
    case 'method': {
      const all = new Set(patterns.values.map(octetText));
      return (value) => all.has(textOf(value));
    }
    default: {
      const isIt = stringTest(patterns.method, patterns.values.map(octetText), patterns.ignoreCase);
      return (value) => isIt(textOf(value));
    }
  }
}

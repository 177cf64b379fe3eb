import type { SampleValue } from '../runtime/sample-value.ts';
import { cast, octetsOf } from '../samples/cast.ts';
import type { StickTable } from '../stick-tables.ts';

/** A sample as a key of a table, one letter an octet; undefined for what has no such form. */
export function keyOf({ key }: Pick<StickTable, 'key'>, sample: SampleValue): string | undefined {
  switch (key.type) {
    case 'ip':
    case 'ipv6': {
      const address = cast(sample, key.type === 'ip' ? 'ipv4' : 'ipv6');
      return address === undefined ? undefined : octetsOf(address);
    }
    case 'integer': {
      const integer = cast(sample, 'int');
      // The lower four of eight octets.
      return integer === undefined ? undefined : octetsOf(integer).slice(4);
    }
    case 'string': {
      const text = cast(sample, 'str');
      return text?.type === 'str' ? beforeNul(text.value).slice(0, key.length) : undefined;
    }
    case 'binary': {
      const octets = cast(sample, 'bin');
      return octets?.type === 'bin' ? octets.value.slice(0, key.length).padEnd(key.length, '\0') : undefined;
    }
  }
}

function beforeNul(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

import type { SampleValue } from '../runtime/sample-value.ts';
import type { StickTable } from '../stick-tables.ts';
import { cast, octetsOf, textOf } from './cast.ts';

/**
 * A sample as a table's key, octets as Latin-1; undefined for one that has no such form. Addresses and binaries are their octets,
 * integers their lowest 32 bits; texts end at a NUL; what is longer than the table keeps is cut, shorter binaries are filled with NUL.
 */
export function stickKey({ key }: StickTable, sample: SampleValue): string | undefined {
  switch (key.type) {
    case 'ip':
    case 'ipv6': {
      const address = cast(sample, key.type === 'ip' ? 'ipv4' : 'ipv6');
      return address === undefined ? undefined : octetsOf(address);
    }
    case 'integer': {
      const number = cast(sample, 'int');
      return number === undefined ? undefined : octetsOf(number).slice(4);
    }
    case 'string': {
      const [text = ''] = textOf(sample).split('\0', 1);
      // HAProxy keeps the octet for the NUL out of the length that a file gives.
      return text.slice(0, key.length);
    }
    case 'binary':
      return octetsOf(sample).slice(0, key.length).padEnd(key.length, '\0');
  }
}

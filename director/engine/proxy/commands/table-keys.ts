import type { SampleValue } from '../runtime/sample-value.ts';
import type { StickTable } from '../stick-tables.ts';

/** What a table's key was made of (`keyOf`). */
export function sampleOfKey({ key }: StickTable, octets: string): SampleValue {
  switch (key.type) {
    case 'ip':
      return { type: 'ipv4', value: codes(octets).join('.') };
    case 'ipv6':
      return { type: 'ipv6', value: shortIpv6(codes(octets)) };
    case 'integer':
      return { type: 'int', value: codes(octets).reduce((sum, code) => sum * 256n + BigInt(code), 0n) };
    case 'string':
      return { type: 'str', value: octets };
    case 'binary':
      return { type: 'bin', value: octets };
  }
}

const codes = (octets: string): number[] => Array.from(octets, (octet) => octet.charCodeAt(0));

/** RFC 5952: the longest run of two or more zero groups, the first of several, is left out. */
function shortIpv6(octets: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, at) => ((octets[2 * at] ?? 0) << 8) | (octets[2 * at + 1] ?? 0));
  let best = { from: 0, length: 1 };
  for (let from = 0; from < 8; from++) {
    let length = 0;
    while (from + length < 8 && groups[from + length] === 0) length++;
    if (length > best.length) best = { from, length };
  }
  const shown = groups.map((group) => group.toString(16));
  if (best.length < 2) return shown.join(':');
  return `${shown.slice(0, best.from).join(':')}::${shown.slice(best.from + best.length).join(':')}`;
}

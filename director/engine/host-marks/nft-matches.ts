import { parseNetwork } from '../marks.ts';
import type { MarkMatch } from '../marks.ts';
import { anyNetwork } from './condition.ts';
import { isObject, only } from './nft-json.ts';

/** What the right side of a comparison leaves of the left one. */
export interface Matches {
  readonly any: readonly MarkMatch[];
  /** What the left side itself asks: `tcp dport` is about TCP only. */
  readonly implied?: MarkMatch;
}

/** Undefined where the packet plane cannot compare that. `right`: a value, or `{"set": […]}`. */
export function matchesOf(left: unknown, right: unknown): Matches | undefined {
  const [kind, detail] = only(left);
  if (!isObject(detail)) return undefined;
  const values = valuesOf(right);
  if (kind === 'meta') return metaMatches(detail.key, values);
  return kind === 'payload' ? payloadMatches(`${String(detail.protocol)} ${String(detail.field)}`, values) : undefined;
}

function valuesOf(right: unknown): unknown[] {
  const [kind, list] = only(right);
  return kind === 'set' ? (Array.isArray(list) ? (list as unknown[]) : [list]).map(valueOf) : [right];
}

/** An element with a timeout, a counter or a comment carries its value within. */
function valueOf(element: unknown): unknown {
  const [kind, detail] = only(element);
  return kind === 'elem' && isObject(detail) ? detail.val : element;
}

function all(values: readonly unknown[], matchOf: (value: unknown) => MarkMatch[] | undefined): Matches | undefined {
  const found = values.map(matchOf);
  return found.includes(undefined) ? undefined : { any: found.flatMap((matches) => matches ?? []) };
}

function metaMatches(key: unknown, values: readonly unknown[]): Matches | undefined {
  switch (key) {
    case 'l4proto':
      return all(values, protocolMatch);
    case 'nfproto':
      return all(values, (value) => familyMatch(value, 'ipv4', 'ipv6'));
    case 'protocol':
      return all(values, (value) => familyMatch(value, 'ip', 'ip6'));
    case 'iif':
    case 'iifname':
      return all(values, (value) =>
        typeof value === 'string' && !value.endsWith('*') ? [{ interface: value }] : undefined,
      );
    default:
      return undefined;
  }
}

function familyMatch(value: unknown, ipv4: string, ipv6: string): MarkMatch[] {
  if (value === ipv4) return [{ destination: anyNetwork[4] }];
  return value === ipv6 ? [{ destination: anyNetwork[6] }] : [];
}

function protocolMatch(value: unknown): MarkMatch[] | undefined {
  if (value === 'tcp' || value === 6) return [{ protocol: 'TCP' }];
  if (value === 'udp' || value === 17) return [{ protocol: 'UDP' }];
  return typeof value === 'string' || typeof value === 'number' ? [] : undefined;
}

function payloadMatches(field: string, values: readonly unknown[]): Matches | undefined {
  const family = field.startsWith('ip6 ') ? 6 : 4;
  const implied = { destination: anyNetwork[family] } as const;
  switch (field) {
    case 'ip saddr':
    case 'ip6 saddr':
      return also(
        implied,
        all(values, (value) => networkMatch(value, 'source')),
      );
    case 'ip daddr':
    case 'ip6 daddr':
      return also(
        implied,
        all(values, (value) => networkMatch(value, 'destination')),
      );
    case 'ip protocol':
    case 'ip6 nexthdr':
      return also(implied, all(values, protocolMatch));
    case 'tcp dport':
      return also({ protocol: 'TCP' }, all(values, portMatch));
    case 'udp dport':
      return also({ protocol: 'UDP' }, all(values, portMatch));
    case 'th dport':
      return all(values, portMatch);
    default: {
      // Headers that no TCP or UDP packet has.
      const [protocol = ''] = field.split(' ');
      return ['icmp', 'icmpv6', 'igmp', 'sctp', 'dccp', 'esp', 'ah', 'udplite', 'arp'].includes(protocol)
        ? { any: [], implied: { ports: { from: 1, to: 0 } } }
        : undefined;
    }
  }
}

function also(implied: MarkMatch, matches: Matches | undefined): Matches | undefined {
  return matches && { ...matches, implied };
}

function networkMatch(value: unknown, end: 'source' | 'destination'): MarkMatch[] | undefined {
  const [kind, detail] = only(value);
  const network = kind === 'prefix' && isObject(detail) ? `${String(detail.addr)}/${String(detail.len)}` : value;
  return typeof network === 'string' && parseNetwork(network) ? [{ [end]: network }] : undefined;
}

function portMatch(value: unknown): MarkMatch[] | undefined {
  if (typeof value === 'number') return [{ ports: { from: value, to: value } }];
  const [kind, detail] = only(value);
  if (kind !== 'range' || !Array.isArray(detail)) return undefined;
  const [from, to] = detail as unknown[];
  return typeof from === 'number' && typeof to === 'number' ? [{ ports: { from, to } }] : undefined;
}

import { parseNetwork } from '../marks.ts';
import type { MarkMatch, Network } from '../marks.ts';

/** Packets that a condition of a firewall rule fits: all that fit `match` and none of `except`. */
export interface Region {
  readonly match: MarkMatch;
  readonly except: readonly MarkMatch[];
}

/** More than this are no rules that a person wrote for a director. */
const MOST_REGIONS = 64;

/** Conditions that grow into more regions than are worth looking at with every packet. */
export class TooManyRegions extends Error {
  constructor() {
    super(`it comes, with the rules before it, to more than ${MOST_REGIONS} conditions`);
  }
}

const everyPort = { from: 0, to: 65_535 };

/** What fits both; undefined when nothing can. */
export function intersection(one: MarkMatch, other: MarkMatch): MarkMatch | undefined {
  const parts = {
    protocol: common(one.protocol, other.protocol),
    source: commonNetwork(one.source, other.source),
    destination: commonNetwork(one.destination, other.destination),
    ports: commonPorts(one.ports, other.ports),
    interface: common(one.interface, other.interface),
  };
  const fields = Object.entries(parts).filter(([, value]) => value !== undefined);
  if (fields.some(([, value]) => value === NONE)) return undefined;
  const match = Object.fromEntries(fields) as MarkMatch;
  return isMixed(match) ? undefined : match;
}

/** No value is in both. */
const NONE = Symbol('none');
type Common<T> = T | undefined | typeof NONE;

function common<T>(one: T | undefined, other: T | undefined): Common<T> {
  if (one !== undefined && other !== undefined && one !== other) return NONE;
  return one ?? other;
}

function commonPorts(one: MarkMatch['ports'], other: MarkMatch['ports']): Common<MarkMatch['ports']> {
  if (one === undefined && other === undefined) return undefined;
  const from = Math.max(one?.from ?? everyPort.from, other?.from ?? everyPort.from);
  const to = Math.min(one?.to ?? everyPort.to, other?.to ?? everyPort.to);
  return from > to ? NONE : { from, to };
}

/** Two networks have something in common only where one lies in the other: then it is the smaller. */
function commonNetwork(one: string | undefined, other: string | undefined): Common<string> {
  if (one === undefined || other === undefined) return one ?? other;
  if (liesIn(one, other)) return one;
  return liesIn(other, one) ? other : NONE;
}

function liesIn(inner: string, outer: string): boolean {
  if (inner === outer) return true;
  const [small, large] = [networkOf(inner), networkOf(outer)];
  if (!small || !large || small.address.family !== large.address.family) return false;
  return small.prefixLength >= large.prefixLength && isSame(small, large);
}

/** The few networks of a firewall are compared with each other again and again. */
const networks = new Map<string, Network | undefined>();
const MOST_NETWORKS = 1000;

function networkOf(text: string): Network | undefined {
  if (!networks.has(text)) {
    if (networks.size >= MOST_NETWORKS) networks.clear();
    networks.set(text, parseNetwork(text));
  }
  return networks.get(text);
}

function isSame(one: Network, { address, mask }: Network): boolean {
  return mask.every((bits, word) => (((one.address.words[word] ?? 0) ^ (address.words[word] ?? 0)) & bits) === 0);
}

/** From IPv4 to IPv6. */
function isMixed({ source, destination }: MarkMatch): boolean {
  if (source === undefined || destination === undefined) return false;
  return source.includes(':') !== destination.includes(':');
}

/** Whether all that fits `inner` fits `outer`. */
function covers(outer: MarkMatch, inner: MarkMatch): boolean {
  const both = intersection(outer, inner);
  return both !== undefined && keyOf(both) === keyOf(inner);
}

function keyOf({ protocol, source, destination, ports = everyPort, interface: face }: MarkMatch): string {
  return [protocol, source, destination, ports.from, ports.to, face].join(' ');
}

/** The packets of any of `some` that are also in any of `others`. */
export function intersectAll(some: readonly Region[], others: readonly Region[]): Region[] {
  return bounded(
    some.flatMap((one) =>
      others.flatMap((other) => {
        const match = intersection(one.match, other.match);
        return match === undefined ? [] : tidied({ match, except: [...one.except, ...other.except] });
      }),
    ),
  );
}

/** The packets of `some` that are in none of `others`. */
export function subtractAll(some: readonly Region[], others: readonly Region[]): Region[] {
  return others
    .reduce<readonly Region[]>((left, other) => bounded(left.flatMap((one) => subtract(one, other))), some)
    .slice();
}

/** A − (B − C) = (A − B) ∪ (A ∩ C). */
function subtract(region: Region, { match, except }: Region): Region[] {
  if (intersection(region.match, match) === undefined) return [region];
  const others = except.map((one): Region => ({ match: one, except: [] }));
  return [...without(region, match), ...intersectAll([region], others)];
}

function without({ match, except }: Region, other: MarkMatch): Region[] {
  if (covers(other, match)) return [];
  const isKnown = except.some((one) => keyOf(one) === keyOf(other));
  return [{ match, except: isKnown ? except : [...except, other] }];
}

/** Leaves out exceptions that make no difference. */
function tidied({ match, except }: Region): Region[] {
  return except
    .filter((one) => intersection(one, match) !== undefined)
    .reduce<Region[]>((left, one) => left.flatMap((region) => without(region, one)), [{ match, except: [] }]);
}

function bounded(regions: Region[]): Region[] {
  if (regions.length > MOST_REGIONS || regions.some(({ except }) => except.length > MOST_REGIONS))
    throw new TooManyRegions();
  return regions;
}

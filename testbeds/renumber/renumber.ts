import { networkAddress, overlap, parseCidr } from '../ipv4.ts';
import { nearestWord } from '../nearest-word.ts';
import { Problems } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { resolvedTestbedSchema } from '../resolved.ts';
import type { ResolvedTestbed } from '../resolved.ts';
import { movedText } from './addresses-in-text.ts';
import type { Move } from './addresses-in-text.ts';

export type Renumbering =
  | { readonly ok: true; readonly testbed: ResolvedTestbed }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What a document says of itself, and secrets, which may look like anything. */
const untouched: readonly string[] = ['source', 'password'];
const cidrPattern = /^\d{1,3}(\.\d{1,3}){3}\/(\d|[12]\d|3[0-2])$/;
/** Never a network's: "this" network, loopback, and everything from multicast on (RFC 6890). */
const unusable = ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/3'];

/**
 * The testbed with networks moved to other prefixes of the same length: every address in them, wherever the testbed has one,
 * keeps its place within its network. All changes happen at once, so two networks may change places. What lies outside
 * (public resolvers, the names of the world) stays. MAC addresses stay, too: they are the adapters', not the network's.
 * @param changes network → its new CIDR
 */
export function renumber(testbed: ResolvedTestbed, changes: Readonly<Record<string, string>>): Renumbering {
  const problems = new Problems();
  checkChanges(testbed, changes, problems);
  if (problems.found.length > 0) return { ok: false, problems: problems.found };
  const moves = testbed.networks.flatMap(({ name, cidr }) => {
    const to = changes[name];
    return to === undefined ? [] : [{ from: parseCidr(cidr), to: parseCidr(to) }];
  });
  return { ok: true, testbed: resolvedTestbedSchema.parse(moved(testbed, moves)) };
}

/** Walks the whole value, whatever its form: a field that comes later cannot be forgotten here. */
function moved(value: unknown, moves: readonly Move[]): unknown {
  if (typeof value === 'string') return movedText(value, moves);
  if (Array.isArray(value)) return value.map((entry) => moved(entry, moves));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]: [string, unknown]) => [
    key,
    untouched.includes(key) ? entry : moved(entry, moves),
  ]);
  return Object.fromEntries(entries);
}

function checkChanges(testbed: ResolvedTestbed, changes: Readonly<Record<string, string>>, problems: Problems): void {
  const names = testbed.networks.map(({ name }) => name);
  for (const name of Object.keys(changes)) {
    if (names.includes(name)) continue;
    const guess = nearestWord(name, names);
    const hint = guess === undefined ? `Networks: ${names.join(', ')}.` : `Did you mean "${guess}"?`;
    problems.add(['networks', name], `There is no network "${name}". ${hint}`);
  }
  const after = testbed.networks.map(({ name, cidr }) => ({ name, cidr: changes[name] ?? cidr }));
  testbed.networks.forEach(({ name, cidr: from }, index) => {
    const to = changes[name];
    if (to === undefined || to === from) return;
    // Of two that have moved onto each other, the later one is told.
    const others = after.filter((other, at) => at !== index && (at < index || changes[other.name] === undefined));
    const problem = formProblem(from, to) ?? placeProblem(testbed, to, others);
    if (problem !== undefined) problems.add(['networks', name, 'cidr'], problem);
  });
}

function formProblem(from: string, to: string): string | undefined {
  const { prefixLength } = parseCidr(from);
  const octets = to.split(/[./]/).slice(0, 4).map(Number);
  if (!cidrPattern.test(to) || octets.some((octet) => octet > 255))
    return `Expected a network like 192.168.77.0/${String(prefixLength)}, found "${to}".`;
  const wanted = parseCidr(to);
  if (wanted.prefixLength !== prefixLength)
    return `Expected a prefix of ${String(prefixLength)} bits as ${from} has, found ${to}.`;
  const proper = `${networkAddress(to)}/${String(prefixLength)}`;
  if (to !== proper) return `Expected a network's own address, ${proper}, found ${to}.`;
  return undefined;
}

function placeProblem(
  { outsideWorld }: ResolvedTestbed,
  to: string,
  others: readonly { readonly name: string; readonly cidr: string }[],
): string | undefined {
  const twin = others.find(({ cidr }) => cidrPattern.test(cidr) && overlap(cidr, to));
  if (twin !== undefined)
    return `Expected a network apart from the others, found ${to}, which overlaps "${twin.name}".`;
  if (unusable.some((range) => overlap(range, to))) return `Expected a network that hosts may have, found ${to}.`;
  const stranger = outsideAddresses(outsideWorld).find((address) => overlap(to, `${address}/32`));
  return stranger === undefined ? undefined : `Expected a network without ${stranger}, which is outside, found ${to}.`;
}

/** The addresses of public resolvers and of the names that the world has. */
export function outsideAddresses({ resolvers, records }: ResolvedTestbed['outsideWorld']): string[] {
  return [...resolvers, ...records.flatMap((record) => ('address' in record ? [record.address] : []))];
}

import { followChain } from './chains.ts';
import type { ChainRule, HostMarks } from './chains.ts';
import { parseSavedTables } from './iptables.ts';
import type { SavedTable } from './iptables.ts';
import { translateRule } from './nft.ts';
import { parseRuleset, ruleTexts } from './nft-json.ts';
import type { Ruleset } from './nft-json.ts';

/** What the host's tools say about its firewall. */
export interface FirewallListing {
  readonly tables: readonly ListedTable[];
  readonly saves: readonly SavedRules[];
}

/** One table of nf_tables. */
export interface ListedTable {
  /** Family and name. */
  readonly title: string;
  /** `nft -j list table TITLE` */
  readonly json: string;
  /** `nft -a list table TITLE`, for the words of rules. */
  readonly listing: string;
}

export interface SavedRules {
  /** What iptables-save or ip6tables-save printed. */
  readonly text: string;
  readonly family: 4 | 6;
  /** Of the kernel's x_tables, not of nf_tables. */
  readonly isLegacy: boolean;
}

interface BaseChain {
  /** Packets are seen by PREROUTING before INPUT, and IPVS looks at them in INPUT. */
  readonly hook: 'prerouting' | 'input';
  readonly priority: number;
  readonly follow: () => HostMarks;
}

/** NF_IP_PRI_NAT_SRC - 1: where IPVS takes packets. */
const IPVS_PRIORITY = 99;
/** Where tables of iptables hook in (linux/netfilter_ipv4.h). */
const tablePriorities = new Map([
  ['raw', -300],
  ['mangle', -150],
  ['filter', 0],
]);

/** How packets are marked before IPVS sees them, as rules for `compileMarkRules`, in the order in which the kernel asks. */
export function translateFirewall({ tables, saves }: FirewallListing): HostMarks {
  const saved = saves.flatMap((one) => parseSavedTables(one.text, one.family).map((table) => ({ ...one, table })));
  const told = new Set(
    saved.flatMap(({ family, isLegacy, table }) => (isLegacy ? [] : [`${family === 4 ? 'ip' : 'ip6'} ${table.name}`])),
  );
  const chains = [
    ...saved.flatMap(({ table }) => savedChains(table)),
    ...tables.filter(({ title }) => !told.has(title)).flatMap(listedChains),
  ];
  const order = ({ hook, priority }: BaseChain): number => (hook === 'input' ? 2 ** 33 : 0) + priority;
  const all = chains.sort((one, other) => order(one) - order(other)).map(({ follow }) => follow());
  return { rules: all.flatMap(({ rules }) => rules), problems: all.flatMap(({ problems }) => problems) };
}

/** Whether a table, by family and name, can have to do with marks that IPVS sees: not our own, no bridge's. */
export function isOfInterest(title: string): boolean {
  return /^(ip|ip6|inet|netdev) (?!relevo_)/.test(title);
}

/** The families for which iptables-save has something to say that nft cannot put into words, by titles of tables. */
export function familiesOfIptables(titles: readonly string[]): (4 | 6)[] {
  const has = (family: string): boolean =>
    [...tablePriorities.keys()].some((name) => titles.includes(`${family} ${name}`));
  return [...(has('ip') ? [4 as const] : []), ...(has('ip6') ? [6 as const] : [])];
}

function savedChains({ name, chains }: SavedTable): BaseChain[] {
  const priority = tablePriorities.get(name);
  if (priority === undefined) return [];
  return (['prerouting', 'input'] as const).map((hook) => ({
    hook,
    priority,
    follow: () => followChain(chains, hook.toUpperCase()),
  }));
}

function listedChains({ title, json, listing }: ListedTable): BaseChain[] {
  const ruleset = readable(json);
  if (ruleset === undefined) {
    const problems = [{ text: `table ${title}`, reason: 'nft does not print it as JSON' }];
    return [{ hook: 'prerouting', priority: 0, follow: () => ({ rules: [], problems }) }];
  }
  const texts = ruleTexts(listing);
  const chains = new Map<string, ChainRule[]>();
  for (const rule of ruleset.rules) {
    const text = texts.get(`${title} ${rule.chain} ${rule.handle}`) ?? `handle ${rule.handle}`;
    const before = chains.get(rule.chain) ?? [];
    chains.set(rule.chain, [...before, ...translateRule(rule, ruleset, `${title} ${rule.chain}: ${text}`)]);
  }
  return ruleset.chains.flatMap(({ name, hook, priority }): BaseChain[] => {
    const follow = (): HostMarks => followChain(chains, name);
    if (hook === 'ingress') return [{ hook: 'prerouting', priority: -Infinity, follow: () => refused(follow()) }];
    if (hook !== 'prerouting' && (hook !== 'input' || priority >= IPVS_PRIORITY)) return [];
    return [{ hook, priority, follow }];
  });
}

/** nft 1.0.6 prints the flags of a table that a process owns from memory that is not its own, and then perhaps nothing. */
function readable(json: string): Ruleset | undefined {
  try {
    return parseRuleset(json);
  } catch {
    return undefined;
  }
}

/** nft does not tell of all the devices of such a chain. */
function refused({ rules, problems }: HostMarks): HostMarks {
  const reason = 'the packet plane does not follow marks that are set at ingress; set them at prerouting';
  if (rules.length === 0 && problems.length === 0) return { rules, problems };
  const mark = rules[0]?.mark;
  return {
    rules: [],
    problems: [{ text: mark === undefined ? 'a chain at ingress' : `mark ${mark} at ingress`, reason }],
  };
}

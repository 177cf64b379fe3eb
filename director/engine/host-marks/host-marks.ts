import { followChain } from './chains.ts';
import type { ChainRule, HostMarks } from './chains.ts';
import { parseSavedTables } from './iptables.ts';
import type { SavedTable } from './iptables.ts';
import { translateRule } from './nft.ts';
import { parseRuleset, ruleTexts } from './nft-json.ts';
import type { Ruleset } from './nft-json.ts';

/** What the host's tools say about its firewall. */
export interface FirewallListing {
  /** `nft -j list ruleset`; undefined when there is no nft. */
  readonly ruleset?: string;
  /** `nft -a list ruleset`, for the words of rules. */
  readonly listing?: string;
  readonly saves: readonly SavedRules[];
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
const OWN_TABLES = /^relevo_/;

/** How packets are marked before IPVS sees them, as rules for `compileMarkRules`, in the order in which the kernel asks. */
export function translateFirewall({ ruleset, listing = '', saves }: FirewallListing): HostMarks {
  const saved = saves.flatMap((one) => parseSavedTables(one.text, one.family).map((table) => ({ ...one, table })));
  const inNft = new Set(
    saved.flatMap(({ family, isLegacy, table }) => (isLegacy ? [] : [`${family === 4 ? 'ip' : 'ip6'} ${table.name}`])),
  );
  const chains = [
    ...saved.flatMap(({ table }) => savedChains(table)),
    ...(ruleset === undefined ? [] : nftChains(parseRuleset(ruleset), ruleTexts(listing), inNft)),
  ];
  const order = ({ hook, priority }: BaseChain): number => (hook === 'input' ? 2 ** 33 : 0) + priority;
  const all = chains.sort((one, other) => order(one) - order(other)).map(({ follow }) => follow());
  return { rules: all.flatMap(({ rules }) => rules), problems: all.flatMap(({ problems }) => problems) };
}

/** The families for which iptables-save has something to say that nft cannot put into words. */
export function familiesOfIptables(json: string): (4 | 6)[] {
  const { chains } = parseRuleset(json);
  const has = (wanted: string): boolean =>
    chains.some(({ family, table }) => family === wanted && tablePriorities.has(table));
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

/** `besides`: tables by family and name that iptables-save has told of. */
function nftChains(ruleset: Ruleset, texts: ReadonlyMap<string, string>, besides: ReadonlySet<string>): BaseChain[] {
  const tables = new Map<string, Map<string, ChainRule[]>>();
  for (const rule of ruleset.rules) {
    const table = `${rule.family} ${rule.table}`;
    const place = `${table} ${rule.chain}`;
    const chains = tables.get(table) ?? new Map<string, ChainRule[]>();
    tables.set(table, chains);
    const text = texts.get(`${place} ${rule.handle}`) ?? `handle ${rule.handle}`;
    const before = chains.get(rule.chain) ?? [];
    chains.set(rule.chain, [...before, ...translateRule(rule, ruleset, `${place}: ${text}`)]);
  }
  return ruleset.chains.flatMap(({ family, table, name, hook, priority }): BaseChain[] => {
    const chains = tables.get(`${family} ${table}`);
    if (chains === undefined || OWN_TABLES.test(table) || besides.has(`${family} ${table}`)) return [];
    if (hook === 'ingress')
      return [{ hook: 'prerouting', priority: -Infinity, follow: () => refused(followChain(chains, name)) }];
    if (!['ip', 'ip6', 'inet'].includes(family)) return [];
    if (hook !== 'prerouting' && (hook !== 'input' || priority >= IPVS_PRIORITY)) return [];
    return [{ hook, priority, follow: () => followChain(chains, name) }];
  });
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

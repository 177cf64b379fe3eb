/** What `nft -j list ruleset` prints (libnftables-json(5)), as far as it concerns marks; all of it is to be doubted. */
export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The one property of such an object as `{"accept": null}`, with its name. */
export function only(value: unknown): readonly [name: string, value: unknown] {
  if (!isObject(value)) return ['', undefined];
  return Object.entries(value)[0] ?? ['', undefined];
}

export interface NftChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  /** Undefined for chains that only others call. */
  readonly hook: string | undefined;
  readonly priority: number;
}

export interface NftRule {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly handle: number;
  readonly expressions: readonly unknown[];
}

export interface Ruleset {
  readonly chains: readonly NftChain[];
  readonly rules: readonly NftRule[];
  /** Elements of named sets by `family table name`, but for sets that packets fill or time empties. */
  readonly sets: ReadonlyMap<string, readonly unknown[]>;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Throws SyntaxError for what is no JSON. */
export function parseRuleset(json: string): Ruleset {
  const document: unknown = JSON.parse(json);
  const list = isObject(document) && Array.isArray(document.nftables) ? (document.nftables as unknown[]) : [];
  const found = list.map(only).filter((one): one is readonly [string, Json] => isObject(one[1]));
  return {
    chains: found.flatMap(([kind, chain]) => (kind === 'chain' ? [chainOf(chain)] : [])),
    rules: found.flatMap(([kind, rule]) => (kind === 'rule' ? [ruleOf(rule)] : [])),
    sets: new Map(found.flatMap(([kind, set]) => (kind === 'set' ? setOf(set) : []))),
  };
}

function chainOf({ family, table, name, hook, prio }: Json): NftChain {
  return {
    family: text(family),
    table: text(table),
    name: text(name),
    hook: typeof hook === 'string' ? hook : undefined,
    priority: typeof prio === 'number' ? prio : 0,
  };
}

function setOf({ family, table, name, flags, elem }: Json): [string, readonly unknown[]][] {
  const isMoving = Array.isArray(flags) && (flags.includes('dynamic') || flags.includes('timeout'));
  const elements = Array.isArray(elem) ? (elem as unknown[]) : [];
  return isMoving ? [] : [[[family, table, name].map(text).join(' '), elements]];
}

function ruleOf({ family, table, chain, handle, expr }: Json): NftRule {
  return {
    family: text(family),
    table: text(table),
    chain: text(chain),
    handle: typeof handle === 'number' ? handle : 0,
    expressions: Array.isArray(expr) ? (expr as unknown[]) : [],
  };
}

/** The rules of `nft -a list ruleset` in nft's own words, by `family table chain handle`. */
export function ruleTexts(listing: string): Map<string, string> {
  const texts = new Map<string, string>();
  let table = '';
  let chain = '';
  for (const line of listing.split('\n')) {
    const [, kind, name = ''] = /^\s*(table|chain) (\S+(?: \S+)?) \{/.exec(line) ?? [];
    if (kind === 'table') table = name;
    else if (kind === 'chain') chain = name;
    const [, rule, handle = ''] = /^\s*(.*?) # handle (\d+)$/.exec(line) ?? [];
    if (rule !== undefined && kind === undefined) texts.set(`${table} ${chain} ${handle}`, withoutFigures(rule));
  }
  return texts;
}

/** A rule is the same one whatever its counter says. */
function withoutFigures(rule: string): string {
  return rule.replace(/\bcounter packets \d+ bytes \d+/g, 'counter');
}

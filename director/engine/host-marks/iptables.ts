import { ALL_BITS, parseNetwork } from '../marks.ts';
import type { MarkMatch } from '../marks.ts';
import type { ChainAction, ChainRule, Chains } from './chains.ts';
import { anyNetwork, conditionOf, networkText } from './condition.ts';
import type { Literal } from './condition.ts';

/** A table as iptables-save prints it. */
export interface SavedTable {
  readonly name: string;
  readonly chains: Chains;
}

/** The tables of `iptables-save` or `ip6tables-save`; comments and what is no rule are left out. */
export function parseSavedTables(save: string, family: 4 | 6): SavedTable[] {
  const tables: { name: string; chains: Map<string, ChainRule[]> }[] = [];
  for (const line of save.split('\n')) {
    const chains = tables.at(-1)?.chains;
    if (line.startsWith('*')) tables.push({ name: line.slice(1).trim(), chains: new Map() });
    else if (line.startsWith(':')) chains?.set(line.slice(1).split(' ')[0] ?? '', []);
    else if (line.startsWith('-A ')) {
      const [, chain = ''] = line.split(' ');
      chains?.get(chain)?.push(parseSavedRule(line, family));
    }
  }
  return tables;
}

/** One `-A CHAIN …` line. */
export function parseSavedRule(line: string, family: 4 | 6): ChainRule {
  const reader = new RuleWords(wordsOf(line).slice(2), family);
  reader.read();
  return { text: line, when: conditionOf(reader.literals, reader.obstacle), action: reader.action() };
}

/** Words are quoted as iptables-save does it: double quotes, and a backslash before what would end them. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1'),
  );
}

/** Targets after which the packet has left the table. */
const enders = new Map<string, ChainAction['type']>([
  ['ACCEPT', 'accept'],
  ['DROP', 'drop'],
  ['RETURN', 'return'],
  ['QUEUE', 'accept'],
  ['NFQUEUE', 'accept'],
]);
/** Targets that say nothing about the mark; any other word after `-j` is a chain. */
const markTargets = new Set(['MARK', 'CONNMARK']);
/** Modules that only say which options follow, or nothing at all. */
const plainModules = new Set(['tcp', 'udp', 'multiport', 'comment', 'mark']);

class RuleWords {
  readonly literals: Literal[];
  /** Why the condition cannot be expressed. */
  obstacle: string | undefined;
  readonly #words: readonly string[];
  readonly #targetOptions = new Map<string, string>();
  #target: string | undefined;
  #isGoto = false;
  #at = 0;

  constructor(words: readonly string[], family: 4 | 6) {
    this.#words = words;
    this.literals = [{ any: [{ destination: anyNetwork[family] }], isNegated: false }];
  }

  read(): void {
    while (this.#at < this.#words.length) {
      const isNegated = this.#words[this.#at] === '!';
      if (isNegated) this.#at += 1;
      const option = this.#words[this.#at] ?? '';
      this.#at += 1;
      if (this.#target === undefined) this.#readMatch(option, isNegated);
      else this.#targetOptions.set(option, this.#value());
    }
  }

  /** The word that belongs to the option just read; '' when another option follows. */
  #value(): string {
    const word = this.#words[this.#at];
    if (word === undefined || word === '!' || /^--?[a-z]/i.test(word)) return '';
    this.#at += 1;
    return word;
  }

  #readMatch(option: string, isNegated: boolean): void {
    const value = this.#value();
    if (option === '-j' || option === '-g') {
      this.#target = value;
      this.#isGoto = option === '-g';
    } else if (option === '-m') {
      if (!plainModules.has(value)) this.#refuse(`-m ${value}`);
    } else if (option !== '--comment' && option !== '-c') {
      const any = matchesOf(option, value);
      if (any === undefined) this.#refuse([isNegated ? '!' : '', option, value].join(' ').trim());
      else this.literals.push({ any, isNegated });
    }
  }

  #refuse(what: string): void {
    this.obstacle ??= `the packet plane cannot tell what "${what}" asks`;
  }

  action(): ChainAction {
    const target = this.#target ?? '';
    const ender = enders.get(target);
    if (ender !== undefined) return { type: ender } as ChainAction;
    if (markTargets.has(target)) return this.#markAction(target);
    // Chains and targets without a say in marks (LOG, TTL, …) look the same; a chain that is not there does nothing.
    return { type: this.#isGoto ? 'goto' : 'jump', chain: target };
  }

  #markAction(target: string): ChainAction {
    const [option = '', value = ''] = [...this.#targetOptions][0] ?? [];
    // What is saved into the connection changes no mark of a packet.
    if (target === 'CONNMARK' && option !== '--restore-mark') return { type: 'jump', chain: '' };
    const numbers = value.split('/').map(Number);
    const [mark = NaN, mask = ALL_BITS] = numbers;
    if (target === 'MARK' && option === '--set-xmark' && numbers.every(isMark) && (mark & ~mask) === 0)
      return { type: 'mark', value: mark, mask };
    return { type: 'unknown-mark', reason: `the packet plane cannot follow "${target} ${option} ${value}"` };
  }
}

function isMark(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= ALL_BITS;
}

/** What an option with its value asks of TCP and UDP packets; undefined when that cannot be said. */
function matchesOf(option: string, value: string): MarkMatch[] | undefined {
  switch (option) {
    case '-p':
      return protocolMatches(value);
    case '-s':
    case '-d': {
      const network = networkText(value);
      if (network === undefined || parseNetwork(network) === undefined) return undefined;
      return [option === '-s' ? { source: network } : { destination: network }];
    }
    case '-i':
      return value.endsWith('+') ? undefined : [{ interface: value }];
    case '--dport':
    case '--dports': {
      const ranges = value.split(',').map(rangeOf);
      return ranges.some((range) => range === undefined)
        ? undefined
        : ranges.flatMap((ports) => (ports ? [{ ports }] : []));
    }
    default:
      return undefined;
  }
}

function protocolMatches(value: string): MarkMatch[] {
  if (value === 'tcp' || value === '6') return [{ protocol: 'TCP' }];
  if (value === 'udp' || value === '17') return [{ protocol: 'UDP' }];
  return value === 'all' || value === '0' ? [{}] : [];
}

function rangeOf(text: string): { from: number; to: number } | undefined {
  const [from = '', to = from, ...rest] = text.split(':');
  const ports = [from === '' ? 0 : Number(from), to === '' ? 65_535 : Number(to)] as const;
  if (rest.length > 0 || !ports.every((port) => Number.isInteger(port) && port >= 0 && port <= 65_535))
    return undefined;
  return { from: ports[0], to: ports[1] };
}

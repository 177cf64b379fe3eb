import { ALL_BITS } from '../marks.ts';
import type { ChainAction, ChainRule } from './chains.ts';
import { anyNetwork, conditionOf } from './condition.ts';
import type { Literal } from './condition.ts';
import { matchesOf } from './nft-matches.ts';
import { isObject, only } from './nft-json.ts';
import type { Json, NftRule, Ruleset } from './nft-json.ts';

const verdicts = new Map<string, 'accept' | 'drop' | 'return'>([
  ['accept', 'accept'],
  ['queue', 'accept'],
  ['drop', 'drop'],
  ['reject', 'drop'],
  ['return', 'return'],
]);
/** Statements that say nothing about marks and are passed by. */
const silent = new Set(['continue', 'counter', 'log', 'notrack', 'comment', 'flow', 'tproxy', 'set', 'dup']);

/**
 * The rules of one chain. A rule of nft does in turn what its statements say, and each statement is a rule of its own here,
 * under what the rule has asked before it.
 */
export function translateRule(rule: NftRule, ruleset: Ruleset, text: string): ChainRule[] {
  const reader = new RuleReader(rule, ruleset, text);
  for (const expression of rule.expressions) reader.read(expression);
  return reader.rules;
}

class RuleReader {
  readonly rules: ChainRule[] = [];
  readonly #literals: Literal[];
  readonly #ruleset: Ruleset;
  readonly #rule: NftRule;
  readonly #text: string;
  #obstacle: string | undefined;

  constructor(rule: NftRule, ruleset: Ruleset, text: string) {
    this.#rule = rule;
    this.#ruleset = ruleset;
    this.#text = text;
    const { family } = rule;
    const network = family === 'ip' ? anyNetwork[4] : family === 'ip6' ? anyNetwork[6] : undefined;
    this.#literals = network === undefined ? [] : [{ any: [{ destination: network }], isNegated: false }];
  }

  read(expression: unknown): void {
    const [kind, value] = only(expression);
    const verdict = verdicts.get(kind);
    if (verdict !== undefined) this.#add({ type: verdict });
    else if (kind === 'match' && isObject(value)) this.#readMatch(value);
    else if (kind === 'mangle' && isObject(value)) this.#readMangle(value);
    else if ((kind === 'jump' || kind === 'goto') && isObject(value)) this.#jump(kind, value.target);
    else if (kind === 'vmap') this.#refuse('a verdict map');
    else if (kind === 'xt') this.#refuse('an extension of iptables');
    // limit, quota, ct count and whatever comes later let some packets through and others not.
    else if (!silent.has(kind)) this.#refuse(`"${kind}"`);
  }

  #refuse(what: string): void {
    this.#obstacle ??= `the packet plane cannot follow ${what}`;
    // Such a statement may be the verdict or the mark itself.
    if (what === 'a verdict map') this.#add({ type: 'accept' });
    if (what === 'an extension of iptables')
      this.#add({ type: 'unknown-mark', reason: 'iptables-save has to be there to read it' });
  }

  #jump(kind: 'jump' | 'goto', target: unknown): void {
    this.#add({ type: kind, chain: typeof target === 'string' ? target : '' });
  }

  #add(action: ChainAction): void {
    this.rules.push({ text: this.#text, when: conditionOf(this.#literals, this.#obstacle), action });
  }

  #readMatch({ op, left, right }: Json): void {
    const isSet = typeof right === 'string' && right.startsWith('@');
    const values = isSet ? this.#elements(right.slice(1)) : right;
    const found = isComparison(op) && values !== undefined ? matchesOf(left, values) : undefined;
    if (found === undefined) {
      const asked = [left, right].map((side) => JSON.stringify(side)).join(` ${String(op)} `);
      this.#obstacle ??= `the packet plane cannot tell what ${asked} asks`;
      return;
    }
    // A port comes with its protocol, which stays asked for when the port is negated.
    if (found.implied !== undefined) this.#literals.push({ any: [found.implied], isNegated: false });
    this.#literals.push({ any: found.any, isNegated: op === '!=' });
  }

  #elements(name: string): unknown {
    const { family, table } = this.#rule;
    const elements = this.#ruleset.sets.get([family, table, name].join(' '));
    return elements === undefined ? undefined : { set: elements };
  }

  #readMangle({ key, value }: Json): void {
    const [kind, detail] = only(key);
    if (kind !== 'meta' || !isObject(detail) || detail.key !== 'mark') return;
    const change = changeOf(value);
    if (change !== undefined) this.#add({ type: 'mark', ...change });
    else
      this.#add({
        type: 'unknown-mark',
        reason: `the packet plane cannot follow "mark set" to ${JSON.stringify(value)}`,
      });
  }
}

function isComparison(operator: unknown): boolean {
  return operator === '==' || operator === '!=' || operator === 'in';
}

interface Change {
  readonly value: number;
  readonly mask: number;
}

/** A number, or `mark & N`, `mark | N`, and both together as nft prints `mark set mark and A or B`. */
function changeOf(value: unknown): Change | undefined {
  if (isMark(value)) return { value, mask: ALL_BITS };
  const [kind, operands] = only(value);
  if (kind === 'meta') return isObject(operands) && operands.key === 'mark' ? { value: 0, mask: 0 } : undefined;
  if ((kind !== '&' && kind !== '|') || !Array.isArray(operands)) return undefined;
  const [left, right] = operands as unknown[];
  const before = changeOf(left);
  if (before === undefined || !isMark(right)) return undefined;
  if (kind === '|') return { value: (before.value | right) >>> 0, mask: (before.mask | right) >>> 0 };
  return { value: (before.value & right) >>> 0, mask: (before.mask | ~right) >>> 0 };
}

function isMark(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= ALL_BITS;
}

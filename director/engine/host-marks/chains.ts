import { ALL_BITS } from '../marks.ts';
import type { MarkRule } from '../marks.ts';
import { intersectAll, subtractAll, TooManyRegions } from './region.ts';
import type { Region } from './region.ts';

/** What a rule of the host's firewall does with packets that it fits, as far as marks depend on it. */
export type ChainAction =
  /** `mark = mark & ~mask | value`. */
  | { readonly type: 'mark'; readonly value: number; readonly mask: number }
  /** It changes the mark in a way that no rule of ours can say. */
  | { readonly type: 'unknown-mark'; readonly reason: string }
  /** Back to the chain that called this one. */
  | { readonly type: 'return' }
  /** The rest of this hook's chain says nothing more. */
  | { readonly type: 'accept' | 'drop' }
  | { readonly type: 'jump' | 'goto'; readonly chain: string };

export interface ChainRule {
  /** As the host's own tool prints it. */
  readonly text: string;
  /** Any of these; none = no TCP or UDP packet. A string says why the condition cannot be expressed. */
  readonly when: readonly Region[] | string;
  readonly action: ChainAction;
}

export type Chains = ReadonlyMap<string, readonly ChainRule[]>;

/** A rule that has to do with marks and that the packet plane cannot follow. */
export interface MarkProblem {
  readonly text: string;
  readonly reason: string;
}

export interface HostMarks {
  /** For `compileMarkRules`: the last rule that fits decides. */
  readonly rules: readonly MarkRule[];
  readonly problems: readonly MarkProblem[];
}

/** Deeper calls are refused by the kernel (NFT_JUMP_STACK_SIZE). */
const DEEPEST = 16;

/** What the packets that enter a hook's chain are marked with on their way through it. */
export function followChain(chains: Chains, name: string): HostMarks {
  const follower = new ChainFollower(chains);
  follower.walk(name, [{ match: {}, except: [] }], 0);
  return { rules: follower.rules, problems: follower.problems };
}

class ChainFollower {
  readonly rules: MarkRule[] = [];
  readonly problems: MarkProblem[] = [];
  readonly #chains: Chains;

  constructor(chains: Chains) {
    this.#chains = chains;
  }

  /** `regions`: what comes in. Gives what a verdict has ended, which no caller sees again. */
  walk(name: string, regions: readonly Region[], depth: number): Region[] {
    const ended: Region[] = [];
    let live = regions;
    for (const rule of this.#chains.get(name) ?? []) {
      if (live.length === 0) break;
      live = this.#step(rule, live, ended, depth);
    }
    return ended;
  }

  /** What goes on to the next rule of the chain. */
  #step(rule: ChainRule, live: readonly Region[], ended: Region[], depth: number): readonly Region[] {
    const { when, action, text } = rule;
    if (typeof when === 'string') {
      if (this.#matters(action)) this.problems.push({ text, reason: when });
      return live;
    }
    try {
      return this.#follow(when, action, { live, ended, depth, text });
    } catch (error) {
      if (!(error instanceof TooManyRegions)) throw error;
      if (this.#matters(action)) this.problems.push({ text, reason: error.message });
      return live;
    }
  }

  #follow(
    when: readonly Region[],
    action: ChainAction,
    at: { live: readonly Region[]; ended: Region[]; depth: number; text: string },
  ): readonly Region[] {
    const { live, ended, depth, text } = at;
    const fitting = intersectAll(live, when);
    if (fitting.length === 0) return live;
    switch (action.type) {
      case 'mark':
        this.#mark(fitting, action.value, action.mask);
        return live;
      case 'unknown-mark':
        this.problems.push({ text, reason: action.reason });
        return live;
      case 'return':
        return subtractAll(live, when);
      case 'accept':
      case 'drop':
        // A packet that the host drops is for no service, whatever mark it has got before.
        if (action.type === 'drop' && this.rules.length > 0) this.#mark(fitting, 0, ALL_BITS);
        ended.push(...fitting);
        return subtractAll(live, when);
      default: {
        const gone = depth < DEEPEST ? this.walk(action.chain, fitting, depth + 1) : [];
        ended.push(...gone);
        return subtractAll(live, action.type === 'goto' ? when : gone);
      }
    }
  }

  #mark(regions: readonly Region[], value: number, mask: number): void {
    for (const { match, except } of regions)
      this.rules.push({
        mark: value,
        ...(mask === ALL_BITS ? {} : { mask }),
        ...match,
        ...(except.length === 0 ? {} : { except }),
      });
  }

  /** A verdict matters where marks are set at all; a call where the called chain sets some. */
  #matters(action: ChainAction): boolean {
    if (action.type === 'jump' || action.type === 'goto') return this.#setsMarks(action.chain, 0);
    if (action.type === 'mark' || action.type === 'unknown-mark') return true;
    return [...this.#chains.values()].some((rules) => rules.some(({ action: { type } }) => type === 'mark'));
  }

  #setsMarks(name: string, depth: number): boolean {
    if (depth > DEEPEST) return false;
    return (this.#chains.get(name) ?? []).some(({ action }) => {
      if (action.type === 'jump' || action.type === 'goto') return this.#setsMarks(action.chain, depth + 1);
      return action.type === 'mark' || action.type === 'unknown-mark';
    });
  }
}

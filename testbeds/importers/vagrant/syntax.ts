import type { Comment, Place, Token } from './tokens.ts';

/** The part of Ruby that an exported Vagrantfile is made of; everything else is one opaque statement, never run, never lost. */

export type Value = Place &
  (
    | { readonly kind: 'string' | 'symbol'; readonly text: string }
    | { readonly kind: 'number'; readonly number: number }
    | { readonly kind: 'constant'; readonly text: 'true' | 'false' | 'nil' }
    | { readonly kind: 'list'; readonly items: readonly Value[] }
    | { readonly kind: 'hash'; readonly pairs: readonly Pair[] }
  );

export interface Pair {
  readonly key: string;
  readonly value: Value;
}

export interface Block {
  readonly parameters: readonly string[];
  readonly body: readonly Statement[];
}

export interface Written extends Place {
  /** Its words in one line, with one space where there was any: the same for the same code, however it is laid out. */
  readonly text: string;
}

export interface Assignment extends Written {
  readonly kind: 'assignment';
  /** Words with dots between, or `ENV["NAME"]`. */
  readonly target: string;
  readonly value: Value;
}

export interface Call extends Written {
  readonly kind: 'call';
  /** Words with dots between. */
  readonly method: string;
  readonly positional: readonly Value[];
  readonly keywords: readonly Pair[];
  readonly block?: Block;
}

/** Why a statement is not understood. */
export type Reason = 'condition' | 'loop' | 'definition' | 'interpolation' | 'expression';

export interface Opaque extends Written {
  readonly kind: 'opaque';
  readonly reason: Reason;
  readonly tokens: readonly Token[];
}

export type Statement = Assignment | Call | Opaque;

export type Syntax =
  | { readonly ok: true; readonly statements: readonly Statement[]; readonly comments: readonly Comment[] }
  | ({ readonly ok: false; readonly message: string } & Place);

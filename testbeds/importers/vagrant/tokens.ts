/** Ruby text as words, as far as the import needs it: enough to know where a statement ends, whatever is in it. */

/** Lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type TokenKind =
  | 'word'
  /** `name:`, also `"name":`. */
  | 'label'
  | 'string'
  /** A string that Ruby would look into: its value is only known when it runs. */
  | 'template'
  | 'number'
  | 'symbol'
  | 'mark'
  | 'newline'
  /** A regular expression, heredoc, `%w[…]` or command: one word that only Ruby understands. */
  | 'other'
  | 'end';

export interface Token extends Place {
  readonly kind: TokenKind;
  /** As it is written; of strings, symbols and labels what they mean. */
  readonly text: string;
  /** A space or the line's beginning stands before it. */
  readonly spaced: boolean;
}

export interface Comment extends Place {
  /** Without "#" and the spaces around. */
  readonly text: string;
}

export type Tokens =
  | { readonly ok: true; readonly tokens: readonly Token[]; readonly comments: readonly Comment[] }
  | ({ readonly ok: false; readonly message: string } & Place);

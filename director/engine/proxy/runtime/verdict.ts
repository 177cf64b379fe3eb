/** An answer of our own, complete. */
export interface ClosingReply {
  readonly status: number;
  /** Whole head and body as they are sent; `content-length` is right. Empty: the connection ends without a word. */
  readonly octets: Uint8Array;
  /** Whether the client's connection may go on after it. */
  readonly keeps: boolean;
}

/** What a list of rules has come to. `next` of `wait`: where to go on when more has come or the time is up. */
export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly next: number }
  /** `denies`: counted as denied; else as intercepted. */
  | { readonly kind: 'reply'; readonly reply: ClosingReply; readonly denies: boolean }
  | { readonly kind: 'tarpit'; readonly reply: ClosingReply }
  /** Closed without an answer; `drop`: and without a FIN or RST. */
  | { readonly kind: 'reject' }
  | { readonly kind: 'drop' }
  /** `switch-mode http`: from here on the connection is one of mode http. */
  | { readonly kind: 'switch' }
  /** The rules could not be followed (a rewrite failed in strict mode): 500. */
  | { readonly kind: 'failed' };

export const PASS: Verdict = { kind: 'pass' };

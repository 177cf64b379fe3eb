/** What a check's outcome does to a server. `neutral`: nothing. */
export type CheckVerdict = 'failed' | 'passed' | 'conditional' | 'neutral';

/** As statistics spell them, with what logs say of them: HAProxy 2.6's table of check statuses. */
const statuses = {
  CHECKED: ['neutral', 'No status change'],
  HANA: ['failed', 'Health analyze'],
  SOCKERR: ['failed', 'Socket error'],
  L4OK: ['passed', 'Layer4 check passed'],
  L4TOUT: ['failed', 'Layer4 timeout'],
  L4CON: ['failed', 'Layer4 connection problem'],
  L6OK: ['passed', 'Layer6 check passed'],
  L6TOUT: ['failed', 'Layer6 timeout'],
  L6RSP: ['failed', 'Layer6 invalid response'],
  L7OK: ['passed', 'Layer7 check passed'],
  L7OKC: ['conditional', 'Layer7 check conditionally passed'],
  L7TOUT: ['failed', 'Layer7 timeout'],
  L7RSP: ['failed', 'Layer7 invalid response'],
  L7STS: ['failed', 'Layer7 wrong status'],
} as const satisfies Record<string, readonly [CheckVerdict, string]>;

export type CheckStatus = keyof typeof statuses;

export const verdictOf = (status: CheckStatus): CheckVerdict => statuses[status][0];
export const descriptionOf = (status: CheckStatus): string => statuses[status][1];

/** Those that a server's own answer has brought, and whose code is told. */
export const isAnswered = (status: CheckStatus): boolean =>
  status === 'L7OK' || status === 'L7OKC' || status === 'L7STS';

/** How one check ended. */
export interface CheckOutcome {
  readonly status: CheckStatus;
  /** A status of HTTP, or what `status-code` makes of the answer; 0: none. */
  readonly code: number;
  /** What was seen, for people; empty: nothing to say. */
  readonly info: string;
  /** Of an agent: what it wants, in its own words. */
  readonly advice?: AgentAdvice;
}

/** An agent's line taken apart; the last word of each kind counts. */
export interface AgentAdvice {
  /** As it was written: up, down, stopped or fail. */
  readonly health?: string;
  readonly mode?: 'ready' | 'drain' | 'maint';
  /** `50%` */
  readonly weight?: string;
  /** What follows upon `maxconn:`. */
  readonly maxConnections?: string;
  /** The first word that means nothing. */
  readonly unknown?: string;
  /** Behind a number sign. */
  readonly remark: string;
}

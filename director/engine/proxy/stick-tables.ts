import type { Condition, SampleExpression } from './expressions.ts';

/** Section 4.2 `stick-table`. */
export interface StickTable {
  readonly key:
    | { readonly type: 'ip' | 'ipv6' | 'integer' }
    /** Characters or octets that are kept of the key. */
    | { readonly type: 'string' | 'binary'; readonly length: number };
  /** Entries. */
  readonly size: number;
  /** An entry that nobody uses for so long goes; 0: only when room is needed. */
  readonly expireMs: number;
  /** A full table refuses new entries instead of dropping old ones. */
  readonly noPurge: boolean;
  readonly store: readonly StickData[];
  /** By what an entry remembers a server. */
  readonly serverKey: 'name' | 'addr';
}

export const stickCounts = [
  ...['server_id', 'gpt0', 'gpc0', 'gpc1', 'conn_cnt', 'conn_cur', 'sess_cnt', 'http_req_cnt', 'http_err_cnt'],
  ...['http_fail_cnt', 'bytes_in_cnt', 'bytes_out_cnt'],
] as const;
export type StickCount = (typeof stickCounts)[number];

export const stickRates = [
  ...['gpc0_rate', 'gpc1_rate', 'conn_rate', 'sess_rate', 'http_req_rate', 'http_err_rate', 'http_fail_rate'],
  ...['bytes_in_rate', 'bytes_out_rate'],
] as const;
export type StickRate = (typeof stickRates)[number];

/** What an entry keeps; rates over their period. */
export type StickData = { readonly name: StickCount } | { readonly name: StickRate; readonly periodMs: number };

/** Section 4.2 `stick on` (both), `stick match`, `stick store-request`, `stick store-response`. */
export interface StickRule {
  readonly matches: boolean;
  readonly stores: 'request' | 'response' | 'not';
  readonly key: SampleExpression;
  /** The proxy whose table it is. */
  readonly table: string;
  readonly when?: Condition;
}

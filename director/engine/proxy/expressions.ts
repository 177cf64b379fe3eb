import type { ConverterName, FetchName, SampleType } from './samples.ts';

/** A number, or text: names of proxies, tables and the like are the names as they stand, never empty. */
export type SampleArgument = string | number;

/** Section 7.3: `req.hdr(host),lower`. */
export interface SampleExpression {
  readonly fetch: FetchName;
  readonly arguments: readonly SampleArgument[];
  readonly converters: readonly Converter[];
  /** What comes out at the end. */
  readonly type: SampleType;
}

export interface Converter {
  readonly name: ConverterName;
  readonly arguments: readonly SampleArgument[];
}

/** A regular expression in ECMAScript's syntax, which the reader has compiled once. */
export interface RegularExpression {
  readonly source: string;
  readonly ignoreCase: boolean;
}

export interface IntegerRange {
  /** Both ends belong to it; a missing one leaves it open. */
  readonly from?: number;
  readonly to?: number;
}

export const stringMethods = ['str', 'beg', 'end', 'sub', 'dir', 'dom'] as const;
export type StringMethod = (typeof stringMethods)[number];

/**
 * Section 7.1.1 to 7.1.6: what a sample is compared with. `names`: an address that is still a name, to be resolved when
 * the configuration is put into service. No pattern at all never matches, except for `found` and `bool`.
 */
export type Patterns =
  | { readonly method: 'found' }
  | { readonly method: 'bool' }
  | { readonly method: 'int'; readonly ranges: readonly IntegerRange[] }
  | { readonly method: 'version'; readonly ranges: readonly VersionRange[] }
  | { readonly method: 'len'; readonly ranges: readonly IntegerRange[] }
  | { readonly method: 'ip'; readonly networks: readonly Network[]; readonly names: readonly string[] }
  | { readonly method: 'bin'; readonly values: readonly Uint8Array[] }
  | { readonly method: 'reg'; readonly expressions: readonly RegularExpression[] }
  | { readonly method: 'method'; readonly values: readonly string[] }
  | { readonly method: StringMethod; readonly values: readonly string[]; readonly ignoreCase: boolean };

/** `req.ssl_ver ge 3.1`: major and minor as one number, `major << 16 | minor`. */
export type VersionRange = IntegerRange;

export interface Network {
  /** As RFC 5952 writes it; bits beyond the prefix are kept as they were written. */
  readonly address: string;
  /** 0 to 32, or 0 to 128. */
  readonly prefixLength: number;
}

/** One line of an ACL. */
export interface AclTest {
  readonly sample: SampleExpression;
  readonly patterns: Patterns;
}

/** Section 7.1: passes when any of its tests does. `name` is absent for an anonymous one, `{ … }`. */
export interface Acl {
  readonly name?: string;
  readonly tests: readonly AclTest[];
}

export interface ConditionTerm {
  readonly negated: boolean;
  readonly acl: Acl;
}

/** Section 7.2: `if` holds when all terms of any alternative do; `unless` is the opposite. */
export interface Condition {
  readonly polarity: 'if' | 'unless';
  readonly alternatives: readonly (readonly ConditionTerm[])[];
}

/** Section 8.2.4: the variables of a log format that are served. */
export const logVariables = [
  ...['B', 'CC', 'CS', 'H', 'HM', 'HP', 'HPO', 'HQ', 'HU', 'HV', 'ID', 'ST', 'T', 'TR', 'Ta', 'Tc', 'Td', 'Th'],
  ...['Ti', 'Tl', 'Tq', 'Tr', 'Ts', 'Tt', 'Tu', 'Tw', 'U', 'ac', 'b', 'bc', 'bi', 'bp', 'bq', 'ci', 'cp', 'f'],
  ...['fc', 'fi', 'fp', 'ft', 'hr', 'hrl', 'hs', 'hsl', 'lc', 'ms', 'pid', 'r', 'rc', 'rt', 's', 'sc', 'si', 'sp'],
  ...['sq', 'sslc', 'sslv', 't', 'tr', 'trg', 'trl', 'ts', 'tsc'],
] as const;
export type LogVariable = (typeof logVariables)[number];

/** `%{+Q,+E,+X}`: in quotes, with escapes as RFC 5424 has them, in hexadecimal. */
export interface LogFlags {
  readonly quoted: boolean;
  readonly escaped: boolean;
  readonly hexadecimal: boolean;
}

export type LogPart =
  | { readonly kind: 'text'; readonly text: string }
  /** One blank in a log line, however many the format has; only formats of logs have them. */
  | { readonly kind: 'separator' }
  | ({ readonly kind: 'variable'; readonly name: LogVariable } & LogFlags)
  | ({ readonly kind: 'sample'; readonly sample: SampleExpression } & LogFlags);

/** Section 8.2.4: a line of a log, a header's value, a path: whatever is put together from text and samples. */
export type LogFormat = readonly LogPart[];

import type { Condition, LogFormat, RegularExpression, SampleExpression, StringMethod } from './expressions.ts';

/** Any rule: done when its condition holds, or when it has none. */
export type Rule<Action> = Action & { readonly when?: Condition };

/** Section 4.2 `http-request return`, `deny` and `tarpit`: what is answered without asking a server. */
export interface HttpReply {
  readonly status: number;
  readonly headers: readonly { readonly name: string; readonly value: LogFormat }[];
  readonly contentType?: string;
  readonly body: ReplyBody;
}

export type ReplyBody =
  | { readonly kind: 'empty' }
  /** What `errorfile` and their kin say for the status, or what is built in. */
  | { readonly kind: 'default' }
  /** A whole answer, head included. */
  | { readonly kind: 'errorFile'; readonly path: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'format'; readonly format: LogFormat }
  | { readonly kind: 'file'; readonly path: string; readonly isFormat: boolean };

/** `redirect`. Options that make no sense with a kind are ignored with it. */
export interface Redirect {
  readonly target:
    | { readonly kind: 'location'; readonly to: LogFormat }
    | { readonly kind: 'prefix'; readonly to: LogFormat; readonly dropQuery: boolean; readonly appendSlash: boolean }
    | { readonly kind: 'scheme'; readonly to: LogFormat; readonly dropQuery: boolean };
  readonly code: 301 | 302 | 303 | 307 | 308;
  readonly cookie?: { readonly name: string; readonly value?: string; readonly clear: boolean };
  /** No redirect when the location turns out empty. */
  readonly ignoreEmpty: boolean;
}

/** What rules for requests and responses have in common. */
export type MessageAction =
  | { readonly action: 'allow' }
  | { readonly action: 'deny'; readonly reply: HttpReply }
  | { readonly action: 'return'; readonly reply: HttpReply }
  | { readonly action: 'redirect'; readonly redirect: Redirect }
  | { readonly action: 'set-header' | 'add-header'; readonly name: string; readonly value: LogFormat }
  /** Names compared without case. */
  | { readonly action: 'del-header'; readonly name: string; readonly method: StringMethod }
  | { readonly action: 'del-header'; readonly method: 'reg'; readonly expression: RegularExpression }
  /** `replace-value`: each of the values that commas part, not the whole line. */
  | {
      readonly action: 'replace-header' | 'replace-value';
      readonly name: string;
      readonly expression: RegularExpression;
      readonly value: LogFormat;
    }
  | { readonly action: 'set-log-level'; readonly level: LogLevel | 'silent' }
  | { readonly action: 'strict-mode'; readonly strict: boolean }
  | CommonAction;

/** What every list of rules knows. Variables are `scope.name`. */
export type CommonAction =
  | { readonly action: 'set-var'; readonly variable: string; readonly sample: SampleExpression }
  | { readonly action: 'set-var-fmt'; readonly variable: string; readonly value: LogFormat }
  | { readonly action: 'unset-var'; readonly variable: string }
  | { readonly action: 'track-sc'; readonly counter: number; readonly key: SampleExpression; readonly table: string }
  | { readonly action: 'sc-inc-gpc0' | 'sc-inc-gpc1'; readonly counter: number }
  | { readonly action: 'sc-set-gpt0'; readonly counter: number; readonly value: number | SampleExpression }
  /** The connection is forgotten without a word to the client. */
  | { readonly action: 'silent-drop' };

export type AddressAction =
  | { readonly action: 'set-src' | 'set-dst'; readonly address: SampleExpression }
  | { readonly action: 'set-src-port' | 'set-dst-port'; readonly port: SampleExpression };

/** Section 4.2 `http-request`. */
export type HttpRequestAction =
  | MessageAction
  | AddressAction
  | { readonly action: 'tarpit'; readonly reply: HttpReply }
  /** Closes without an answer. */
  | { readonly action: 'reject' }
  | { readonly action: 'auth'; readonly realm?: string }
  | {
      readonly action: 'set-method' | 'set-path' | 'set-pathq' | 'set-query' | 'set-uri';
      readonly value: LogFormat;
    }
  | {
      readonly action: 'replace-path' | 'replace-pathq' | 'replace-uri';
      readonly expression: RegularExpression;
      readonly value: LogFormat;
    }
  | { readonly action: 'capture'; readonly sample: SampleExpression; readonly slot: number }
  | { readonly action: 'disable-l7-retry' }
  | { readonly action: 'early-hint'; readonly name: string; readonly value: LogFormat }
  | { readonly action: 'set-timeout'; readonly timeout: 'server' | 'tunnel'; readonly value: number | SampleExpression }
  | { readonly action: 'wait-for-body'; readonly timeMs: number; readonly atLeast?: number };

/** Section 4.2 `http-response`. */
export type HttpResponseAction =
  | MessageAction
  | { readonly action: 'set-status'; readonly status: number; readonly reason?: string }
  | { readonly action: 'capture'; readonly sample: SampleExpression; readonly slot: number }
  | { readonly action: 'wait-for-body'; readonly timeMs: number; readonly atLeast?: number };

/** Section 4.2 `http-after-response`: for every answer, our own too. */
export type HttpAfterResponseAction = Exclude<
  HttpResponseAction,
  { readonly action: 'deny' | 'return' | 'redirect' | 'wait-for-body' | 'set-log-level' | 'track-sc' }
>;

/** Section 4.2 `tcp-request connection`: before anything else. */
export type TcpConnectionAction =
  { readonly action: 'accept' | 'reject' } | { readonly action: 'expect-proxy' } | AddressAction | CommonAction;

/** `tcp-request session`: after the PROXY protocol and TLS. */
export type TcpSessionAction = { readonly action: 'accept' | 'reject' } | AddressAction | CommonAction;

/** `tcp-request content`: with what the client has sent so far. */
export type TcpContentAction =
  | { readonly action: 'accept' | 'reject' }
  | { readonly action: 'capture'; readonly sample: SampleExpression; readonly slot: number }
  | { readonly action: 'set-log-level'; readonly level: LogLevel | 'silent' }
  | { readonly action: 'switch-mode-http' }
  | AddressAction
  | CommonAction;

/** `tcp-response content`. */
export type TcpResponseAction =
  | { readonly action: 'accept' | 'reject' | 'close' }
  | { readonly action: 'set-log-level'; readonly level: LogLevel | 'silent' }
  | CommonAction;

export const logLevels = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

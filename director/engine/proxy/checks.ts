import type { LogFormat, RegularExpression, SampleExpression, StringMethod } from './expressions.ts';
import type { IntegerRange } from './expressions.ts';

/** Section 4.2 `option httpchk`, `option tcp-check` and their kin: what a server with `check` is asked. */
export type HealthCheck =
  /** Only whether it accepts a connection (and, with TLS, shakes hands). */
  | { readonly kind: 'connect' }
  | HttpHealthCheck
  | { readonly kind: 'tcp'; readonly steps: readonly TcpCheckStep[] }
  /** `option ssl-hello-chk`: a TLS or SSLv3 hello, answered by a hello or an alert. */
  | { readonly kind: 'sslHello' };

export interface HttpHealthCheck {
  readonly kind: 'http';
  readonly steps: readonly HttpCheckStep[];
  /** A server that answers 404 gets no new clients, and is not down. */
  readonly disableOn404: boolean;
  /** `X-Haproxy-Server-State` goes with the request. */
  readonly sendState: boolean;
}

export interface CheckConnect {
  readonly action: 'connect';
  /** As a connection to the server itself: TLS, PROXY protocol and all that its line says. */
  readonly asServer: boolean;
  readonly host?: string;
  readonly port?: number | SampleExpression;
  readonly tls: boolean;
  readonly serverName?: string;
  readonly alpn: readonly string[];
  readonly sendProxy: boolean;
  readonly linger: boolean;
  readonly comment?: string;
}

export interface CheckComment {
  readonly action: 'comment';
  readonly comment: string;
}

export interface HttpCheckSend {
  readonly action: 'send';
  readonly method: string;
  readonly uri: LogFormat;
  readonly version: string;
  readonly headers: readonly { readonly name: string; readonly value: LogFormat }[];
  readonly body?: LogFormat;
  readonly comment?: string;
}

/** `string` and `sub` of headers compare octets; `negated`: must not be found. */
export type HttpExpectation =
  | { readonly what: 'status'; readonly codes: readonly IntegerRange[] }
  | { readonly what: 'statusPattern'; readonly expression: RegularExpression }
  | { readonly what: 'body'; readonly text: LogFormat }
  | { readonly what: 'bodyPattern'; readonly expression: RegularExpression }
  /** `whole`: `fhdr`, values are not split at commas. */
  | {
      readonly what: 'header';
      readonly whole: boolean;
      readonly name: HeaderMatch;
      readonly value?: HeaderMatch;
    };

export type HeaderMatch =
  | { readonly method: Exclude<StringMethod, 'dir' | 'dom'>; readonly text: LogFormat }
  | { readonly method: 'reg'; readonly expression: RegularExpression };

export interface ExpectOutcome {
  readonly negated: boolean;
  readonly onSuccess?: LogFormat;
  readonly onError?: LogFormat;
  readonly okStatus?: 'L4OK' | 'L6OK' | 'L7OK' | 'L7OKC';
  readonly errorStatus?: 'L4CON' | 'L6RSP' | 'L7RSP' | 'L7STS';
  readonly timeoutStatus?: 'L4TOUT' | 'L6TOUT' | 'L7TOUT';
  /** Shown as the check's status code. */
  readonly statusCode?: SampleExpression;
  /** Octets that have to be there before it is compared; -1: as many as come. */
  readonly minimumOctets?: number;
  readonly comment?: string;
}

export type HttpCheckStep =
  | CheckConnect
  | CheckComment
  | HttpCheckSend
  | ({ readonly action: 'expect'; readonly expectation: HttpExpectation } & ExpectOutcome);

export type TcpExpectation =
  | { readonly what: 'text'; readonly text: LogFormat }
  | { readonly what: 'pattern'; readonly expression: RegularExpression }
  | { readonly what: 'octets'; readonly octets: Uint8Array }
  /** Against the octets written in hexadecimal. */
  | { readonly what: 'octetsPattern'; readonly expression: RegularExpression };

export type TcpCheckStep =
  | CheckConnect
  | CheckComment
  | { readonly action: 'send'; readonly text: LogFormat; readonly comment?: string }
  | { readonly action: 'sendOctets'; readonly octets: Uint8Array; readonly comment?: string }
  | ({ readonly action: 'expect'; readonly expectation: TcpExpectation } & ExpectOutcome);

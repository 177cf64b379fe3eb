import type { BackSide } from './backend.ts';
import type { Bind } from './endpoints.ts';
import type { Condition, LogFormat } from './expressions.ts';
import type { GlobalSettings, LogTarget, Userlist } from './global.ts';
import type {
  HttpAfterResponseAction,
  HttpReply,
  HttpRequestAction,
  HttpResponseAction,
  Redirect,
  Rule,
  TcpConnectionAction,
  TcpContentAction,
  TcpResponseAction,
  TcpSessionAction,
} from './rules.ts';
import type { StickTable } from './stick-tables.ts';

/**
 * What the director does at layer 7: HAProxy's terms and, in every comment, the sections of its configuration manual,
 * version 2.6. All defaults are filled in and all of `defaults` is in the proxies. Times are milliseconds where the name
 * ends in `Ms`; 0 stands for "no limit" where a limit says so.
 */
export interface ProxyConfiguration {
  readonly global: GlobalSettings;
  /** In the order of the file; names are unique among frontends and among backends, and a listen is both. */
  readonly proxies: readonly Proxy[];
  readonly userlists: readonly Userlist[];
}

export type Proxy = Frontend | Backend | Listen;

export interface Frontend extends ProxyCommon {
  readonly kind: 'frontend';
  readonly front: FrontSide;
}

export interface Backend extends ProxyCommon {
  readonly kind: 'backend';
  readonly back: BackSide;
}

export interface Listen extends ProxyCommon {
  readonly kind: 'listen';
  readonly front: FrontSide;
  readonly back: BackSide;
}

/** Section 4: what all three kinds have. */
export interface ProxyCommon {
  readonly name: string;
  readonly id?: number;
  readonly description?: string;
  readonly disabled: boolean;
  readonly mode: 'tcp' | 'http';
  readonly logs: readonly LogTarget[];
  readonly logTag?: string;
  /** Where request and response rules stand; a listen's own come once. */
  readonly rules: Rules;
  readonly timeouts: CommonTimeouts;
  /** `option http-keep-alive`, `http-server-close` or `httpclose`. */
  readonly connectionMode: 'keepAlive' | 'serverClose' | 'close';
  readonly forwardFor?: ForwardFor;
  /** `option originalto`: the same for the address that the client has asked for. */
  readonly originalTo?: Omit<ForwardFor, 'ifNone'>;
  readonly tcpKeepAlive: { readonly client: boolean; readonly server: boolean };
  /** Waits for the request's body before rules are looked at. */
  readonly bufferRequest: boolean;
  /** Sends each piece as it comes. */
  readonly noDelay: boolean;
  /** Ends connections by a reset. */
  readonly noLinger: boolean;
  /** `option splice-*`: whether octets may go from socket to socket within the kernel. */
  readonly splice: { readonly automatic: boolean; readonly request: boolean; readonly response: boolean };
  /** `option accept-invalid-http-request`, `-response`: letting some invalid octets pass. */
  readonly acceptInvalid: { readonly request: boolean; readonly response: boolean };
  /** Header names of anything but letters, digits and hyphens. */
  readonly oddHeaderNames: 'preserve' | 'delete' | 'reject';
  readonly errors: readonly ErrorAnswer[];
  readonly uniqueId?: LogFormat;
  /** The header that carries it. */
  readonly uniqueIdHeader?: string;
  /** Only in mode http. */
  readonly statistics?: StatisticsPage;
  readonly stickTable?: StickTable;
  /** `option socket-stats`: a line for each socket. */
  readonly socketStatistics: boolean;
}

/** In the order in which they are evaluated; rules of `defaults` are before a proxy's own. */
export interface Rules {
  readonly tcpConnection: readonly Rule<TcpConnectionAction>[];
  readonly tcpSession: readonly Rule<TcpSessionAction>[];
  readonly tcpContent: readonly Rule<TcpContentAction>[];
  readonly tcpResponse: readonly Rule<TcpResponseAction>[];
  readonly httpRequest: readonly Rule<HttpRequestAction>[];
  readonly httpResponse: readonly Rule<HttpResponseAction>[];
  readonly httpAfterResponse: readonly Rule<HttpAfterResponseAction>[];
  /** `redirect` lines: after all of `http-request`. */
  readonly redirects: readonly Rule<{ readonly redirect: Redirect }>[];
  /** How long content rules wait for content; absent: not at all. */
  readonly inspectRequestMs?: number;
  readonly inspectResponseMs?: number;
}

/** Absent: none. */
export interface CommonTimeouts {
  /** For the whole head of a request. */
  readonly httpRequestMs?: number;
  /** For the next request on a connection; absent: `httpRequestMs`, then the client's. */
  readonly httpKeepAliveMs?: number;
  readonly tarpitMs?: number;
}

export interface ForwardFor {
  readonly header: string;
  /** Clients of this network get none. */
  readonly except?: { readonly address: string; readonly prefixLength: number };
  /** Only when the request has no such header. */
  readonly ifNone: boolean;
}

/** `errorfile`, `errorloc`, `http-error`. */
export interface ErrorAnswer {
  readonly status: number;
  readonly answer:
    /** A whole answer, head included; an empty path (`/dev/null`) closes without one. */
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'redirect'; readonly code: 302 | 303; readonly location: string }
    | { readonly kind: 'reply'; readonly reply: HttpReply };
}

/** What of a proxy faces clients. */
export interface FrontSide {
  readonly binds: readonly Bind[];
  /** 0: as many as the process may have. */
  readonly maxConnections: number;
  readonly backlog?: number;
  /** Sessions a second; 0: no limit. */
  readonly sessionRate: number;
  readonly timeouts: { readonly clientMs?: number; readonly clientFinMs?: number };
  /** Looked at in their order; the first whose condition holds. A name may be put together from samples. */
  readonly useBackend: readonly { readonly backend: BackendChoice; readonly when?: Condition }[];
  readonly defaultBackend?: string;
  readonly log: SessionLog;
  readonly capture: Captures;
  /** Answered 200 here, or 503 when one of the conditions holds. */
  readonly monitor?: { readonly uri: string; readonly failWhen: readonly Condition[] };
  /** Connections on which nothing has come end without log or 408. */
  readonly ignoreProbes: boolean;
  /** Does not take a `PRI * HTTP/2.0` on a plain HTTP/1 connection for HTTP/2. */
  readonly disableH2Upgrade: boolean;
  /** Connections wait for another request on other sessions' reuse; -1: no limit. */
  readonly maxSessionServerConnections: number;
  readonly continuousStatistics: boolean;
  readonly idleCloseOnResponse: boolean;
  /** `option http-use-proxy-header`. */
  readonly useProxyHeader: boolean;
  readonly tcpSmartAccept: boolean;
}

export type BackendChoice =
  { readonly kind: 'named'; readonly name: string } | { readonly kind: 'computed'; readonly name: LogFormat };

/** Section 8. */
export interface SessionLog {
  /** Without one, lines say no more than `Connect from … to …`. */
  readonly format?: LogFormat;
  readonly errorFormat?: LogFormat;
  /** The structured data of RFC 5424. */
  readonly structuredData?: LogFormat;
  /** `option dontlognull`: no line about connections without a request. */
  readonly skipsEmpty: boolean;
  /** `option dontlog-normal`: no line about what went well. */
  readonly skipsNormal: boolean;
  /** `option logasap`: as soon as the answer's head is there. */
  readonly asSoonAsPossible: boolean;
  /** `option log-separate-errors`: what went wrong at level `err`. */
  readonly separatesErrors: boolean;
}

/** Section 4.2 `capture`, `declare capture`: what is kept of a message for the log, by the slot's number. */
export interface Captures {
  readonly request: readonly CaptureSlot[];
  readonly response: readonly CaptureSlot[];
  readonly cookie?: { readonly name: string; readonly isPrefix: boolean; readonly length: number };
}

/** `header` absent: filled by rules. */
export interface CaptureSlot {
  readonly header?: string;
  readonly length: number;
}

/** Section 4.2 `stats`. */
export interface StatisticsPage {
  readonly uri: string;
  /** Absent: `HAProxy Statistics`. */
  readonly realm?: string;
  readonly accounts: readonly { readonly user: string; readonly password: string }[];
  /** Seconds between reloads of the page; 0: none. */
  readonly refresh: number;
  readonly hidesVersion: boolean;
  readonly showsLegends: boolean;
  readonly showsModules: boolean;
  /** Absent: not shown; empty: this host's name. */
  readonly node?: string;
  readonly description?: string;
  /** Proxies to be shown, `.` for the page's own; empty: all. */
  readonly scope: readonly string[];
  /** Whose conditions allow to change states of servers; the first that holds decides. */
  readonly admin: readonly Condition[];
  readonly access: readonly Rule<{ readonly action: 'allow' | 'deny' | 'auth'; readonly realm?: string }>[];
}

import type { SampleExpression } from './expressions.ts';
import type { ServerEndpoint, SourceAddress, TlsSettings } from './endpoints.ts';

/** Section 5.2: one server, with what `default-server` says already in it. */
export interface Server {
  readonly name: string;
  readonly endpoint: ServerEndpoint;
  readonly id?: number;
  /** 0 to 256; 0: only clients who are bound to it. */
  readonly weight: number;
  readonly backup: boolean;
  /** In maintenance from the start. */
  readonly disabled: boolean;
  /** Value of the persistence cookie. */
  readonly cookie?: string;
  /** 0: none. */
  readonly maxConnections: number;
  /** The limit with no load, growing to `maxConnections` at the backend's `fullConnections`; 0: always that. */
  readonly minConnections: number;
  /** 0: none. */
  readonly maxQueue: number;
  readonly check?: ServerCheck;
  readonly agent?: AgentCheck;
  /** Its state follows the other's, `backend/server`. */
  readonly tracks?: { readonly backend: string; readonly server: string };
  readonly observe: 'none' | 'layer4' | 'layer7';
  /** Errors in a row that `observe` takes for one failed check. */
  readonly errorLimit: number;
  readonly onError: 'fastinter' | 'fail-check' | 'sudden-death' | 'mark-down';
  readonly onMarkedDown?: 'shutdown-sessions';
  readonly onMarkedUp?: 'shutdown-backup-sessions';
  /** Milliseconds; 0: at once. */
  readonly slowStartMs: number;
  /** Whether traffic is in TLS. */
  readonly tls: boolean;
  /** For TLS of traffic or of checks; there whenever either may have it. */
  readonly handshake?: ServerTls;
  readonly sendProxy?: 'v1' | ProxyV2;
  /** Sends clients there by a 302 to this prefix instead of speaking to it. */
  readonly redirectPrefix?: string;
  readonly source?: SourceAddress;
  /** Whether stick tables may remember it. */
  readonly sticky: boolean;
  /** How many requests one connection may serve; -1: any. */
  readonly maxReuse: number;
  readonly pool: IdlePool;
  /** `proto`; absent: HTTP/1, or whatever ALPN says. */
  readonly protocol?: 'h1' | 'h2';
  /** Which protocol WebSockets get. */
  readonly webSocket: 'auto' | 'h1' | 'h2';
  readonly initialAddress: readonly InitialAddress[];
  readonly preferredFamily: 4 | 6;
  readonly tcpUserTimeoutMs?: number;
}

export type InitialAddress =
  { readonly from: 'last' | 'libc' | 'none' } | { readonly from: 'address'; readonly address: string };

/** `send-proxy-v2` and `proxy-v2-options`. */
export interface ProxyV2 {
  readonly version: 'v2';
  readonly options: readonly ProxyV2Option[];
}

export const proxyV2Options = [
  ...['ssl', 'cert-cn', 'ssl-cipher', 'cert-sig', 'cert-key', 'authority', 'crc32c', 'unique-id'],
] as const;
export type ProxyV2Option = (typeof proxyV2Options)[number];

/** Idle connections to a server. */
export interface IdlePool {
  /** -1: any number; 0: none are kept. */
  readonly maxConnections: number;
  /** Up to so many are never closed for being idle. */
  readonly lowConnections: number;
  readonly purgeDelayMs: number;
}

/** Times are milliseconds from the end of one check to the start of the next. */
export interface ServerCheck {
  readonly intervalMs: number;
  /** While the server is in transition between up and down; absent: `intervalMs`. */
  readonly fastIntervalMs?: number;
  /** While it is down; absent: `intervalMs`. */
  readonly downIntervalMs?: number;
  /** Good checks in a row until it is up. */
  readonly rise: number;
  /** Bad ones until it is down. */
  readonly fall: number;
  /** Where to look, if not where the traffic goes. */
  readonly host?: string;
  readonly port?: number;
  /** Absent: as the traffic (unless `host` or `port` lead elsewhere). */
  readonly tls?: boolean;
  readonly serverName?: string;
  readonly alpn: readonly string[];
  readonly sendProxy: boolean;
}

/** `agent-check`: a TCP connection on which the server says how it is. */
export interface AgentCheck {
  readonly host?: string;
  readonly port: number;
  readonly intervalMs: number;
  /** What is sent first. */
  readonly send?: string;
}

export interface ServerTls extends TlsSettings {
  /** `required`: against `authorityFile`, which is there then. */
  readonly verify: 'none' | 'required';
  readonly authorityFile?: string;
  readonly revocationFile?: string;
  /** Our own certificate. */
  readonly certificate?: string;
  readonly serverName?: SampleExpression;
  /** Name that the server's certificate must have when no `serverName` is sent. */
  readonly verifyHost?: string;
  /** Whether sessions are resumed. */
  readonly reuse: boolean;
}

import type { HealthCheck } from './checks.ts';
import type { SourceAddress } from './endpoints.ts';
import type { Condition, LogFormat, SampleExpression } from './expressions.ts';
import type { Server } from './servers.ts';
import type { StickRule } from './stick-tables.ts';

/** What of a proxy faces servers. */
export interface BackSide {
  readonly servers: readonly Server[];
  readonly balance: Balance;
  readonly timeouts: BackTimeouts;
  /** Attempts after the first to connect. */
  readonly retries: number;
  /** Section 4.2 `retry-on`: also after these. */
  readonly retryOn: readonly RetryReason[];
  /** Absent: retries stay with the server. 0: only the last retry goes elsewhere; n, -n: every n-th, or n before the end. */
  readonly redispatch?: number;
  readonly cookie?: PersistenceCookie;
  readonly check: HealthCheck;
  /** The log tells of every check. */
  readonly logsChecks: boolean;
  /** Connections at which servers are at their `maxConnections`; absent: a tenth of what the frontends may bring. */
  readonly fullConnections?: number;
  readonly source?: SourceAddress;
  readonly reuse: 'never' | 'safe' | 'aggressive' | 'always';
  readonly stickRules: readonly StickRule[];
  readonly useServer: readonly { readonly server: ServerChoice; readonly when: Condition }[];
  /** Sends clients with a cookie to a server that is down, or ignores their cookie. */
  readonly persist: readonly { readonly kind: 'force' | 'ignore'; readonly when: Condition }[];
  /** `option persist`: stays with a server that is down. */
  readonly persistsWhenDown: boolean;
  /** Gives up requests whose client has gone away while they wait. */
  readonly abortOnClose: boolean;
  /** All backup servers at once, not only the first. */
  readonly allBackups: boolean;
  /** The next request of a connection goes to the same server where balancing allows it. */
  readonly prefersLastServer: boolean;
  /** Pretends to the client's library that the connection is kept. */
  readonly pretendsKeepAlive: boolean;
  /** Refuses cacheable answers that set the persistence cookie. */
  readonly checksCache: boolean;
  readonly tcpSmartConnect: boolean;
  /** The server's name goes with the request in this header. */
  readonly serverNameHeader?: string;
  /** Connects to the destination of the client's own connection. */
  readonly transparent: boolean;
  /** Where all goes when there are no servers. */
  readonly dispatch?: { readonly host: string; readonly port: number };
  readonly maxKeepAliveQueue: number;
  /** The file that says in which state servers begin. */
  readonly serverState: 'none' | 'global' | { readonly file: string };
}

/** Absent: none. */
export interface BackTimeouts {
  readonly connectMs?: number;
  readonly serverMs?: number;
  readonly serverFinMs?: number;
  /** Absent: `connectMs`. */
  readonly queueMs?: number;
  /** Once data flows both ways without HTTP. */
  readonly tunnelMs?: number;
  readonly checkMs?: number;
}

export type ServerChoice =
  { readonly kind: 'named'; readonly name: string } | { readonly kind: 'computed'; readonly name: LogFormat };

/** Section 4.2 `balance`; hashes with `hash-type`. */
export type Balance =
  | { readonly method: 'roundrobin' | 'static-rr' | 'leastconn' | 'first' }
  /** So many servers are drawn, and the least loaded one is taken. */
  | { readonly method: 'random'; readonly draws: number; readonly hash: HashSettings }
  | { readonly method: 'source'; readonly hash: HashSettings }
  /** `depth`: as far as so many slashes; `length`: so many octets; 0: no such limit. */
  | {
      readonly method: 'uri';
      readonly whole: boolean;
      readonly pathOnly: boolean;
      readonly length: number;
      readonly depth: number;
      readonly hash: HashSettings;
    }
  | { readonly method: 'url_param'; readonly name: string; readonly hash: HashSettings }
  | { readonly method: 'hdr'; readonly name: string; readonly domainOnly: boolean; readonly hash: HashSettings }
  | { readonly method: 'hash'; readonly sample: SampleExpression; readonly hash: HashSettings };

/** Section 4.2 `hash-type`, `hash-balance-factor`. */
export interface HashSettings {
  readonly type: 'map-based' | 'consistent';
  readonly function: 'sdbm' | 'djb2' | 'wt6' | 'crc32';
  readonly avalanche: boolean;
  /** Percent of the average load that no server goes beyond, from 101; 0: no limit. */
  readonly balanceFactor: number;
}

/** Section 4.2 `cookie`. */
export interface PersistenceCookie {
  readonly name: string;
  /** `passive`: clients' cookies are read, and none is ever set. */
  readonly mode: 'insert' | 'rewrite' | 'prefix' | 'passive';
  readonly indirect: boolean;
  readonly noCache: boolean;
  readonly postOnly: boolean;
  readonly preserve: boolean;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly domains: readonly string[];
  /** Seconds. */
  readonly maxIdle?: number;
  readonly maxLife?: number;
  /** Values are computed from this and the server's address. */
  readonly dynamicKey?: string;
  readonly attributes: readonly string[];
}

export const retryReasons = [
  ...['none', 'conn-failure', 'empty-response', 'junk-response', 'response-timeout', '0rtt-rejected'],
  ...['401', '403', '404', '408', '425', '500', '501', '502', '503', '504', 'all-retryable-errors'],
] as const;
export type RetryReason = (typeof retryReasons)[number];

import type { ForwardingMethod, SchedulerFlag, Tunnel } from '../../api/table.ts';

/** What all checks have. Times in milliseconds. */
export interface CheckTiming {
  /** From the end of one attempt to the start of the next: keepalived's delay_loop, ldirectord's checkinterval. */
  readonly intervalMs: number;
  /** An attempt that has no verdict by then has failed. */
  readonly timeoutMs: number;
  /** Further attempts after a failure before the server counts as down. */
  readonly retries: number;
  readonly delayBeforeRetryMs: number;
  /** The first attempt comes after a random part of this. */
  readonly warmupMs: number;
  /** A server that was found down has to be well for so long before it counts as up again: Piranha's reentry. Absent: 0. */
  readonly reentryMs?: number;
}

/** Where a network check goes; the real server's own address and port unless the file says otherwise. */
export interface CheckTarget {
  readonly address: string;
  readonly port: number;
  readonly bindAddress?: string;
  readonly bindPort?: number;
  readonly bindInterface?: string;
}

/** A TCP_CHECK of keepalived.conf(5), ldirectord's `connect`: well when a connection can be opened. */
export interface TcpCheckConfiguration extends CheckTiming, CheckTarget {
  readonly kind: 'TCP_CHECK';
}

export interface UrlExpectation {
  readonly path: string;
  readonly method: 'GET' | 'HEAD';
  readonly virtualHost?: string;
  /** Inclusive ranges; keepalived takes 200–299 when nothing is said. */
  readonly statusCodes: readonly { readonly from: number; readonly to: number }[];
  /** MD5 of the body in hexadecimal, as `genhash` prints it. */
  readonly digest?: string;
  /** The body must match (must not, with `negated`); Perl's syntax, `i` and friends in flags. */
  readonly regex?: {
    readonly source: string;
    readonly flags: string;
    readonly negated: boolean;
    /** A match must start at or after, and at or before, this byte of the body. */
    readonly minimumOffset?: number;
    readonly maximumOffset?: number;
  };
  /**
   * So many redirects (301, 302, 303, 307, 308) are followed, also to another machine, before the answer is judged: ldirectord's
   * user agent goes as far as 7. Absent: none, as in keepalived.
   */
  readonly redirects?: number;
}

/** HTTP_GET and SSL_GET of keepalived.conf(5), http and https of ldirectord: every URL must pass. */
export interface HttpCheckConfiguration extends CheckTiming, CheckTarget {
  readonly kind: 'HTTP_GET' | 'SSL_GET';
  readonly version: '1.0' | '1.0C' | '1.1' | '1.1K';
  /** TLS: server name indication. */
  readonly serverName?: string;
  readonly userAgent: string;
  readonly urls: readonly UrlExpectation[];
}

export interface SmtpCheckConfiguration extends CheckTiming, CheckTarget {
  readonly kind: 'SMTP_CHECK';
  readonly heloName: string;
}

export interface DnsCheckConfiguration extends CheckTiming, CheckTarget {
  readonly kind: 'DNS_CHECK';
  /** Record type: `SOA`, `A`, … */
  readonly type: string;
  readonly name: string;
  /** ldirectord: a record of that type must match. */
  readonly expect?: string;
  /** Absent: UDP. */
  readonly transport?: 'tcp';
}

export interface PingCheckConfiguration extends CheckTiming, CheckTarget {
  readonly kind: 'PING_CHECK';
}

export interface UdpCheckConfiguration extends CheckTiming, CheckTarget {
  readonly kind: 'UDP_CHECK';
  /** Hexadecimal; empty = an empty datagram. */
  readonly payload: string;
  /** False: well unless an ICMP error comes back. */
  readonly requireReply: boolean;
  /** A reply must match: hexadecimal digits, `x` for any; the shorter of both decides how far. */
  readonly expect?: string;
  /** With `requireReply`, in bytes; keepalived's defaults are 0 and 255. */
  readonly minimumReplyLength?: number;
  readonly maximumReplyLength?: number;
}

/** A program: MISC_CHECK of keepalived.conf(5), `external` of ldirectord. Exit 0 is well, 1 is not. */
export interface ScriptCheckConfiguration extends CheckTiming {
  readonly kind: 'MISC_CHECK';
  readonly command: readonly string[];
  /** misc_dynamic: exit 2–255 is well and sets the weight to the code minus 2. */
  readonly dynamicWeight: boolean;
  /** `USER` or `USER:GROUP`. */
  readonly user?: string;
}

export type NegotiateService =
  | 'ftp'
  | 'smtp'
  | 'submission'
  | 'pop'
  | 'pops'
  | 'imap'
  | 'imaps'
  | 'ldap'
  | 'ldaps'
  | 'nntp'
  | 'mysql'
  | 'pgsql'
  | 'simpletcp'
  | 'http_proxy'
  | 'none';

/** ldirectord's negotiate checks beyond http, https and dns: talks the protocol as far as a login or a query. */
export interface NegotiateCheckConfiguration extends CheckTiming, CheckTarget {
  readonly kind: 'NEGOTIATE';
  readonly service: NegotiateService;
  /** File of ftp, base of ldap, query of the databases, text to send for simpletcp. */
  readonly request: string;
  /** Regular expression that the answer must match; empty = any answer. */
  readonly receive: string;
  readonly login: string;
  readonly password: string;
  readonly database: string;
}

/** Piranha's nanny: sends, expects (lvs.cf(5)). */
export interface SendExpectCheckConfiguration extends CheckTiming, CheckTarget {
  readonly kind: 'SEND_EXPECT';
  /** Escapes already resolved; empty = send nothing. */
  readonly send: string;
  /** Empty = a connection is enough; `*` as in Piranha = any answer. */
  readonly expect: string;
  readonly useRegex: boolean;
  /** A program in place of the connection; `%h` already replaced. */
  readonly program?: readonly string[];
}

/** An agent on the server tells how it is, one line a connection: `up`, `down`, `drain`, `75%` (HAProxy's agent-check words). */
export interface AgentCheckConfiguration extends CheckTiming, CheckTarget {
  readonly kind: 'AGENT_CHECK';
  readonly send: string;
}

/**
 * Weights fed by the servers' load, as Piranha's load monitoring does (lvs.cf `load_monitor`): a program prints a load
 * average, which scales the configured weight. Never takes a server down.
 */
export interface LoadCheckConfiguration extends CheckTiming {
  readonly kind: 'LOAD';
  readonly command: readonly string[];
}

/** Verdict without looking: ldirectord's `on` and `off`. */
export interface FixedCheckConfiguration extends CheckTiming {
  readonly kind: 'FIXED';
  readonly up: boolean;
}

/** keepalived's FILE_CHECK: the number in a tracked file, times `weight`, is added to the server's weight. */
export interface FileCheckConfiguration extends CheckTiming {
  readonly kind: 'FILE_CHECK';
  /** Of the track_file. */
  readonly name: string;
  readonly path: string;
  /** 0: any number but 0 is a failure. */
  readonly weight: number;
  /** The number counts the other way round. */
  readonly reverse: boolean;
  /** Written when there is no file yet, or always with `overwrite`. */
  readonly initial?: { readonly value: number; readonly overwrite: boolean };
}

export type CheckConfiguration =
  | TcpCheckConfiguration
  | HttpCheckConfiguration
  | SmtpCheckConfiguration
  | DnsCheckConfiguration
  | PingCheckConfiguration
  | UdpCheckConfiguration
  | ScriptCheckConfiguration
  | NegotiateCheckConfiguration
  | SendExpectCheckConfiguration
  | AgentCheckConfiguration
  | LoadCheckConfiguration
  | FileCheckConfiguration
  | FixedCheckConfiguration;

/** A program to run when something changed; its words are already split. */
export interface NotifyCommand {
  readonly command: readonly string[];
  /** `USER` or `USER:GROUP`. */
  readonly user?: string;
}

export interface RealServerConfiguration {
  readonly address: string;
  /** 0 for services on port 0. */
  readonly port: number;
  readonly forwarding: ForwardingMethod;
  readonly tunnel?: Tunnel;
  readonly weight: number;
  /** 0 = no limit. */
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  /** A failed server stays in the table with weight 0 instead of leaving it: inhibit_on_failure, ldirectord's quiescent. */
  readonly inhibitOnFailure: boolean;
  /** keepalived's `alpha`: down until the first success. */
  readonly startsDown: boolean;
  /** All must pass. */
  readonly checks: readonly CheckConfiguration[];
  /**
   * ldirectord's `checktimeoutN`: of the checks, the first one runs N times, then the second once, and so on. Absent: all run.
   */
  readonly connectsPerNegotiate?: number;
  readonly notifyUp?: NotifyCommand;
  readonly notifyDown?: NotifyCommand;
}

/** Takes the connections when too few servers are well: keepalived's sorry_server, ldirectord's fallback. */
export interface SorryServerConfiguration {
  readonly address: string;
  readonly port: number;
  readonly forwarding: ForwardingMethod;
  readonly tunnel?: Tunnel;
  readonly weight: number;
  /** sorry_server_inhibit: inhibit_on_failure applies to it. */
  readonly inhibit: boolean;
  /**
   * When it takes over: as keepalived's sorry_server when the quorum is lost (the default), or as ldirectord's fallback when not
   * one server is up, whatever the weights.
   */
  readonly enters?: 'quorum-lost' | 'none-up';
}

export interface VirtualServerConfiguration {
  readonly protocol: 'TCP' | 'UDP' | 'FWM';
  /** For FWM `0.0.0.0` or `::`. */
  readonly address: string;
  readonly port: number;
  readonly mark?: number;
  readonly scheduler: string;
  readonly schedulerFlags: readonly SchedulerFlag[];
  readonly persistence?: { readonly timeoutSeconds: number; readonly mask: string; readonly engine?: string };
  readonly onePacket: boolean;
  readonly realServers: readonly RealServerConfiguration[];
  readonly sorryServer?: SorryServerConfiguration;
  /** Sum of weights of well servers that the service needs. */
  readonly quorum: number;
  readonly hysteresis: number;
  /**
   * `servers`: the quorum is there as long as one server is up, whatever the weights, as ldirectord has it for its fallbackcommand.
   * Absent: the sum of weights counts, but for a sorry server that `enters` when none is up.
   */
  readonly quorumCounts?: 'servers';
  readonly quorumUp?: NotifyCommand;
  readonly quorumDown?: NotifyCommand;
  /** keepalived's `omega`: quorum_down and notify_down run when the director stops. */
  readonly notifiesOnStop: boolean;
  /** Files with a server's or the service's name here take it out: ldirectord's maintenancedir. */
  readonly maintenanceDirectory?: string;
}

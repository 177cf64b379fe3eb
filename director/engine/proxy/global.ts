import type { Bind, SocketPermissions } from './endpoints.ts';
import type { LogLevel } from './rules.ts';

/** Section 3. */
export interface GlobalSettings {
  readonly logs: readonly LogTarget[];
  /** The program's name in log lines. */
  readonly logTag: string;
  /** A host name in log lines; empty: this host's own. */
  readonly logHostName?: string;
  readonly description?: string;
  readonly node?: string;
  readonly limits: GlobalLimits;
  readonly process: ProcessSettings;
  /** `stats socket`: where the runtime commands are taken. */
  readonly statsSockets: readonly StatsSocket[];
  readonly statsTimeoutMs: number;
  readonly statsMaxConnections: number;
  /** How far checks are spread, in percent of their interval. */
  readonly spreadChecks: number;
  /** The longest that a first check waits for that; 0: no limit. */
  readonly maxSpreadChecksMs: number;
  readonly buffers: BufferSettings;
  /** `server-state-file`, with `server-state-base` applied. */
  readonly serverStateFile?: string;
  readonly serverStateFolder?: string;
}

/** Absent: no limit of its own. Rates are a second. */
export interface GlobalLimits {
  readonly connections?: number;
  readonly connectionRate?: number;
  readonly sessionRate?: number;
  readonly tlsConnections?: number;
  readonly tlsRate?: number;
}

/** Section 3.1: of the process itself. */
export interface ProcessSettings {
  readonly daemon: boolean;
  readonly user?: string;
  readonly group?: string;
  readonly chroot?: string;
  readonly pidFile?: string;
  /** After a soft stop, what is still open is closed. */
  readonly hardStopAfterMs?: number;
}

/** Octets, but for `headers` (a message's header lines). */
export interface BufferSettings {
  readonly size: number;
  readonly reservedForRewriting: number;
  readonly headers: number;
  readonly capturedCookie: number;
  readonly loggedUri: number;
}

export interface StatsSocket {
  readonly bind: Bind;
  readonly level: 'user' | 'operator' | 'admin';
  readonly severityOutput: 'none' | 'number' | 'string';
  /** `expose-fd listeners`: a new process may ask for the listening sockets. */
  readonly exposeListeners: boolean;
  readonly permissions: SocketPermissions;
}

/** Section 4.2 `log`. */
export interface LogTarget {
  readonly to:
    /** `port` 514 when the file gives none. */
    | { readonly kind: 'udp'; readonly host: string; readonly port: number }
    | { readonly kind: 'unix'; readonly path: string }
    /** 1 and 2 are `stdout` and `stderr`. */
    | { readonly kind: 'descriptor'; readonly descriptor: number };
  /** Octets; what is longer is cut. */
  readonly maximumLength: number;
  /** `local`: RFC 3164's without the host's name, unless `log-send-hostname` asks for it. */
  readonly format: 'rfc3164' | 'rfc5424' | 'local' | 'short' | 'raw' | 'priority' | 'iso' | 'timed';
  readonly facility: string;
  /** Nothing less important is sent. */
  readonly level: LogLevel;
  /** What is more important is sent as this. */
  readonly atMost: LogLevel;
}

/** Section 3.4. */
export interface Userlist {
  readonly name: string;
  readonly users: readonly User[];
}

export interface User {
  readonly name: string;
  /** `hashed`: as crypt(3) writes it. Absent: nobody gets in by this name. */
  readonly password?: { readonly text: string; readonly hashed: boolean };
  readonly groups: readonly string[];
}

import type {
  BufferSettings,
  GlobalLimits,
  LogTarget,
  ProcessSettings,
  StatsSocket,
} from '../../engine/proxy/global.ts';
import type { TlsSettings } from '../../engine/proxy/endpoints.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** `global` while it is read; lines behind it look here for what they begin with. */
export interface GlobalDraft {
  logs: LogTarget[];
  logTag: string;
  logHostName?: string;
  description?: string;
  node?: string;
  limits: Writable<GlobalLimits>;
  process: Writable<ProcessSettings>;
  statsSockets: StatsSocket[];
  statsTimeoutMs: number;
  statsMaxConnections: number;
  spreadChecks: number;
  maxSpreadChecksMs: number;
  buffers: Writable<BufferSettings>;
  serverStateFile?: string;
  serverStateFolder?: string;
  certificateFolder?: string;
  authorityFolder?: string;
  serverVerify: 'none' | 'required';
  bindTls: TlsDraft;
  serverTls: TlsDraft;
  unixPrefix?: string;
}

export type TlsDraft = Partial<Writable<TlsSettings>> & { preferClientCiphers?: boolean; curves?: string };

export function newGlobals(): GlobalDraft {
  return {
    logs: [],
    logTag: 'haproxy',
    limits: {},
    process: { daemon: false },
    statsSockets: [],
    statsTimeoutMs: 10_000,
    statsMaxConnections: 10,
    spreadChecks: 0,
    maxSpreadChecksMs: 0,
    buffers: { size: 16_384, reservedForRewriting: 1024, headers: 101, capturedCookie: 63, loggedUri: 1023 },
    serverVerify: 'required',
    bindTls: {},
    serverTls: {},
  };
}

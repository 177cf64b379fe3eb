/** The sysctls of the master's side (Documentation/networking/ipvs-sysctl.rst), with ours. */
export interface SyncSettings {
  /** `sync_threshold`: an entry is sent when its packets modulo `period` are `threshold`; period 0 = only once. */
  readonly threshold: number;
  readonly period: number;
  /** `sync_refresh_period` in milliseconds, 0 = off: not again before the entry's end has moved so far. */
  readonly refreshPeriodMs: number;
  /** `sync_retries`, 0–3: so often again, at an eighth of the refresh period. */
  readonly retries: number;
  /** `sync_persist_mode`: entries that a template controls are not sent, only the template. */
  readonly isPersistMode: boolean;
  /** `sync_version`. */
  readonly version: 0 | 1;
  /** `sync_ports`: a power of two, 1–64. */
  readonly ports: number;
  /** `sync_qlen_max`: messages that wait for the socket; more are thrown away. */
  readonly longestQueue: number;
  /** `sync_sock_size`: socket buffer in bytes, 0 = the system's. */
  readonly socketSize: number;
  /**
   * Ours, not the kernel's: an entry is sent as soon as it is established and again when half of its timeout has passed, and
   * messages leave after 20 ms rather than 2 s, so that a connection outlives a master that dies a moment after its set-up.
   */
  readonly isPrompt: boolean;
}

export const kernelSettings: SyncSettings = {
  threshold: 3,
  period: 50,
  refreshPeriodMs: 0,
  retries: 0,
  isPersistMode: false,
  version: 1,
  ports: 1,
  longestQueue: 4096,
  socketSize: 0,
  isPrompt: false,
};

/** The kernel's, and prompt. */
export const defaultSettings: SyncSettings = { ...kernelSettings, isPrompt: true };

/** IPVS_SYNC_FLUSH_TIME. */
const KERNEL_FLUSH_MS = 2000;
/** IPVS_SYNC_SEND_DELAY is as long for full messages. */
const PROMPT_FLUSH_MS = 20;

/** How long a message waits for more connections. */
export function flushDelayMs(settings: SyncSettings): number {
  return settings.isPrompt ? PROMPT_FLUSH_MS : KERNEL_FLUSH_MS;
}

/** From `/proc/sys/net/ipv4/vs` by name, with the defaults of what is missing. */
export function settingsOf(sysctls: Readonly<Record<string, readonly number[]>>): SyncSettings {
  const first = (name: string, missing: number): number => sysctls[name]?.[0] ?? missing;
  return {
    threshold: first('sync_threshold', kernelSettings.threshold),
    period: sysctls.sync_threshold?.[1] ?? kernelSettings.period,
    refreshPeriodMs: first('sync_refresh_period', 0) * 1000,
    retries: first('sync_retries', 0),
    isPersistMode: first('sync_persist_mode', 0) !== 0,
    version: first('sync_version', 1) === 0 ? 0 : 1,
    ports: Math.min(Math.max(first('sync_ports', 1), 1), MOST_PORTS),
    longestQueue: first('sync_qlen_max', kernelSettings.longestQueue),
    socketSize: first('sync_sock_size', 0),
    isPrompt: first('sync_prompt', 1) !== 0,
  };
}

/** IPVS_SYNC_PORTS_MAX. */
const MOST_PORTS = 64;

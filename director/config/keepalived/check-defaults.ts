import type { Keywords, Reader } from '../reader.ts';
import { integer, seconds } from '../values.ts';

/** What a checker inherits: virtual server → real server → checker, each may override. Times in milliseconds. */
export interface CheckDefaults {
  intervalMs: number;
  connectTimeoutMs: number;
  retries: number;
  delayBeforeRetryMs: number;
  /** Undefined: as long as the interval, which is keepalived's default. */
  warmupMs: number | undefined;
}

/** keepalived 2.2, check_api.c and check_tcp.c. */
export const tcpCheckDefaults: Readonly<CheckDefaults> = {
  intervalMs: 60_000,
  connectTimeoutMs: 5000,
  retries: 1,
  delayBeforeRetryMs: 1000,
  warmupMs: undefined,
};

export function checkKeywords(reader: Reader, into: CheckDefaults): Keywords {
  const hour = { min: 0, max: 3600 };
  // Zero would mean checking without a pause, and a connection that may take no time.
  const positive = { min: 0.001, max: 3600 };
  return {
    delay_loop: (line) => (into.intervalMs = seconds(reader, line, positive) ?? into.intervalMs),
    connect_timeout: (line) => (into.connectTimeoutMs = seconds(reader, line, positive) ?? into.connectTimeoutMs),
    retry: (line) => (into.retries = integer(reader, line, { min: 0, max: 1000 }) ?? into.retries),
    delay_before_retry: (line) => (into.delayBeforeRetryMs = seconds(reader, line, hour) ?? into.delayBeforeRetryMs),
    warmup: (line) => (into.warmupMs = seconds(reader, line, hour) ?? into.warmupMs),
  };
}

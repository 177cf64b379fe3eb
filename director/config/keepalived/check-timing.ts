import type { CheckConfiguration, CheckTiming } from '../../engine/checks/configuration.ts';
import type { Keywords, Reader } from '../reader.ts';
import { flag, integer, seconds } from '../values.ts';

/** What a checker inherits, virtual server → real server → checker; absent: the checker's own default. Milliseconds. */
export interface TimingDraft {
  intervalMs: number;
  timeoutMs: number;
  retries?: number;
  delayBeforeRetryMs?: number;
  warmupMs?: number;
}

/** keepalived.conf(5): delay_loop and connect_timeout have the same default everywhere. */
export const timingDefaults: Readonly<TimingDraft> = { intervalMs: 60_000, timeoutMs: 5000 };

// TIMER_MAXIMUM: 2^32-1 microseconds; delays have no limit that matters, ours is a year.
const timer = { min: 0.000001, max: 4294.967295 };
const delay = { min: 0.000001, max: 31_536_000 };
const pause = { min: 0, max: 31_536_000 };

export function timingKeywords(reader: Reader, into: TimingDraft): Keywords {
  return {
    delay_loop: (line) => (into.intervalMs = seconds(reader, line, delay) ?? into.intervalMs),
    connect_timeout: (line) => (into.timeoutMs = seconds(reader, line, timer) ?? into.timeoutMs),
    retry: (line) => assign(into, 'retries', integer(reader, line, { min: 0, max: 0xffff_ffff })),
    delay_before_retry: (line) => assign(into, 'delayBeforeRetryMs', seconds(reader, line, pause)),
    warmup: (line) => assign(into, 'warmupMs', seconds(reader, line, pause)),
  };
}

function assign<K extends string>(into: Partial<Record<K, number>>, key: K, value: number | undefined): void {
  if (value !== undefined) into[key] = value;
}

/** Fills in what only the kind of check decides: check_dns.c, check_http.c, check_misc.c. */
export function timingOf(kind: CheckConfiguration['kind'], draft: TimingDraft): CheckTiming {
  return { ...defaultsOf(kind, draft.intervalMs), ...draft };
}

export function defaultsOf(
  kind: CheckConfiguration['kind'],
  intervalMs: number,
): Pick<CheckTiming, 'retries' | 'delayBeforeRetryMs' | 'warmupMs'> {
  const warmupMs = intervalMs;
  switch (kind) {
    case 'DNS_CHECK':
      return { retries: 3, delayBeforeRetryMs: intervalMs, warmupMs };
    case 'MISC_CHECK':
      return { retries: 0, delayBeforeRetryMs: 1000, warmupMs };
    case 'HTTP_GET':
    case 'SSL_GET':
      return { retries: 1, delayBeforeRetryMs: 3000, warmupMs };
    default:
      return { retries: 1, delayBeforeRetryMs: 1000, warmupMs };
  }
}

/** A tracked file is looked at four times a second; keepalived is told of changes by the kernel. */
export const fileCheckTiming: CheckTiming = {
  ...{ intervalMs: 250, timeoutMs: 5000, retries: 0, delayBeforeRetryMs: 1000, warmupMs: 0 },
};

/** `alpha` of a checker: whether its server is down until it has passed. */
export function alphaKeyword(reader: Reader, into: { startsDown: boolean }): Keywords {
  return { alpha: (line) => (into.startsDown = flag(reader, line)) };
}

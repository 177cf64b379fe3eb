import type { SyncSettings } from './settings.ts';
import type { SyncMemory } from './sync-memory.ts';

const TCP = 6;
const ESTABLISHED = 1;
const FIN_WAIT = 4;
const TIME_WAIT = 5;
const CLOSE = 6;
const CLOSE_WAIT = 7;
/** States in which a TCP entry is worth sending. */
const SENT_STATES = new Set([ESTABLISHED, FIN_WAIT, TIME_WAIT, CLOSE, CLOSE_WAIT]);
const SHORTEST_REFRESH_MS = 10_000;

/** An entry as the question "to be sent now?" needs it. Mutable, because it is asked for every packet. */
export interface Announced {
  entry: number;
  protocol: number;
  state: number;
  timeoutMs: number;
  isTemplate: boolean;
  /** One of those that control it, at any distance, is a template. */
  isPersistent: boolean;
}

/** Whether an entry is of a kind that is sent at all. */
export function isSent({ isTemplate, isPersistent, protocol, state }: Announced, settings: SyncSettings): boolean {
  if (isTemplate) return true;
  if (settings.isPersistMode && isPersistent) return false;
  return protocol !== TCP || SENT_STATES.has(state);
}

/** Notes that the entry is sent now. */
export function remember({ entry, state, timeoutMs }: Announced, memory: SyncMemory, now: number, retries = 0): void {
  memory.setAnnouncedState(entry, state);
  memory.setAnnouncedEnd(entry, now + timeoutMs, retries);
}

/**
 * Whether an entry is to be sent after its packet number `packets` (ip_vs_sync_conn_needed); if so, that is noted. A change to
 * any state but ESTABLISHED is sent at once; everything else waits for the threshold and the refresh period.
 */
export function isAnnouncementDue(
  announced: Announced,
  packets: number,
  memory: SyncMemory,
  settings: SyncSettings,
  now: number,
): boolean {
  if (!isSent(announced, settings)) return false;
  const retries = hasToldState(announced, memory, settings) ? dueRetries(announced, packets, memory, settings, now) : 0;
  if (retries === undefined) return false;
  remember(announced, memory, now, retries);
  return true;
}

/** Changes to ESTABLISHED wait for the threshold, because most connections that get there end soon (unless prompt). */
function hasToldState(announced: Announced, memory: SyncMemory, settings: SyncSettings): boolean {
  const { entry, protocol, state, isTemplate } = announced;
  if (isTemplate || protocol !== TCP || state === memory.announcedState(entry)) return true;
  return state === ESTABLISHED && !settings.isPrompt;
}

/** The number of this retry, 0 when it is none; undefined when the entry is not due. */
function dueRetries(
  announced: Announced,
  packets: number,
  memory: SyncMemory,
  settings: SyncSettings,
  now: number,
): number | undefined {
  if (isPromptlyDue(announced, memory, settings, now)) return 0;
  const retries = refreshRetries(announced, memory, settings, now);
  return isThresholdMet(announced.isTemplate, packets, settings) ? retries : undefined;
}

/** Ours: half of the timeout since the last time, so that the standby never lets go of a slow connection. */
function isPromptlyDue(announced: Announced, memory: SyncMemory, settings: SyncSettings, now: number): boolean {
  const end = memory.announcedEnd(announced.entry);
  return settings.isPrompt && end !== 0 && now + announced.timeoutMs - end >= announced.timeoutMs / 2;
}

/** The number of this retry, 0 when it is none; undefined: too early to send the entry again. */
function refreshRetries(
  { entry, timeoutMs }: Announced,
  memory: SyncMemory,
  { refreshPeriodMs, retries: mostRetries }: SyncSettings,
  now: number,
): number | undefined {
  if (refreshPeriodMs === 0) return 0;
  const before = memory.announcedEnd(entry);
  const least = Math.min(refreshPeriodMs, Math.max(timeoutMs / 2, SHORTEST_REFRESH_MS));
  if (Math.abs(now + timeoutMs - before) >= least) return 0;
  const retries = memory.retries(entry);
  if (retries >= mostRetries || now < before - timeoutMs + refreshPeriodMs / 8) return undefined;
  return retries + 1;
}

function isThresholdMet(isTemplate: boolean, packets: number, settings: SyncSettings): boolean {
  const { threshold, period, refreshPeriodMs } = settings;
  if (period > 0) return isTemplate || packets % period === threshold;
  return refreshPeriodMs > 0 || packets === threshold;
}

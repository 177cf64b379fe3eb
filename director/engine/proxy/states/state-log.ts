import type { LogLevel } from '../rules.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { CheckReport, ServerRuntime } from '../runtime/server-runtime.ts';

/** Why a server's state is another one: what a check has found, or in words; absent: for a tracked server is. */
export type Reason = CheckReport | string;

export interface StateLine {
  readonly level: LogLevel;
  /** Without the line's end. */
  readonly text: string;
  readonly backend: BackendRuntime;
}

/** Statuses of which the code is told. */
const CODED: ReadonlySet<string> = new Set(['L7OK', 'L7OKC', 'L7STS', 'PROCERR', 'PROCTOUT', 'PROCOK']);

/** `Server be/s1`, `Backup Server be/s2`. */
export function named({ settings, backend }: ServerRuntime): string {
  return `${settings.backup ? 'Backup ' : ''}Server ${backend.settings.name}/${settings.name}`;
}

/** ` via be/s1`, for a server that tracks another. */
export function via(server: ServerRuntime): string {
  const { tracks } = server.settings;
  return tracks === undefined ? '' : ` via ${tracks.backend}/${tracks.server}`;
}

/** What follows upon `is DOWN` and its kin: the reason, then what is left of the backend. */
export function because(server: ServerRuntime, reason: Reason | undefined): string {
  if (reason === undefined) return via(server);
  if (typeof reason === 'string') return reason === '' ? via(server) : `, ${reason}`;
  const { description, status, code, last, durationMs } = reason;
  const parts = [`, reason: ${description}`];
  if (CODED.has(status)) parts.push(`, code: ${code ?? 0}`);
  if (last !== '') parts.push(`, info: "${escaped(last)}"`);
  if (durationMs >= 0) parts.push(`, check duration: ${Math.floor(durationMs)}ms`);
  return parts.join('');
}

/** `moved`: streams that are to look for another server, or have found this one. */
export function whatIsLeft(server: ServerRuntime, moved: number): string {
  const { backend } = server;
  const usable = backend.servers.filter((one) => one.usable);
  const backups = usable.filter(({ settings }) => settings.backup).length;
  const active = usable.length - backups;
  const isDown = server.operational === 'stopped';
  const onBackup = backups > 0 && active === 0 ? ' Running on backup.' : '';
  const servers = `. ${active} active and ${backups} backup servers ${isDown ? 'left' : 'online'}.${onBackup}`;
  return isDown
    ? `${servers} ${server.current} sessions active, ${moved} requeued, ${server.queued} remaining in queue`
    : `${servers} ${moved} sessions requeued, ${server.queued} total in queue`;
}

/** What cannot be shown, quotes and number signs as `#XX`. */
function escaped(text: string): string {
  let shown = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const plain = code >= 0x20 && code < 0x7f && code !== 0x22 && code !== 0x23;
    shown += plain ? (text[at] as string) : `#${(code & 255).toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return shown;
}

import { formatTime } from '../formats/dates.ts';
import type { LogTarget } from '../global.ts';
import { logLevels, type LogLevel } from '../rules.ts';

const facilities = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'auth2', 'ftp'],
  ...['ntp', 'audit', 'alert', 'cron2', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
];

export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
  /** RFC 5424's structured data, with its brackets; absent: none. */
  readonly structuredData?: string;
}

/** Who logs. */
export interface LogSource {
  readonly tag: string;
  readonly processId: number;
  /** `log-send-hostname`; undefined: it is not told. */
  readonly hostName: string | undefined;
  /** Minutes east of Greenwich at a time, which is milliseconds since 1970. */
  zoneOffset(ms: number): number;
}

/** Lines of one target with its heads, each ended by a line feed. Heads are made anew each second. */
export class LogFrame {
  readonly #target: LogTarget;
  readonly #source: LogSource;
  readonly #facility: number;
  readonly #lowest: number;
  readonly #highest: number;
  #second = -1;
  #date = '';
  #zone = '';

  constructor(target: LogTarget, source: LogSource) {
    this.#target = target;
    this.#source = source;
    this.#facility = Math.max(0, facilities.indexOf(target.facility)) * 8;
    this.#lowest = logLevels.indexOf(target.level);
    this.#highest = logLevels.indexOf(target.atMost);
  }

  /** undefined: not important enough. `now`: milliseconds since 1970. What is too long is cut. */
  frame({ level, text, structuredData }: LogLine, now: number): string | undefined {
    const severity = logLevels.indexOf(level);
    if (severity > this.#lowest) return undefined;
    const head = this.#head(Math.max(severity, this.#highest), structuredData, now);
    const most = this.#target.maximumLength - 1;
    const line = head + text;
    return `${line.length > most ? line.slice(0, most) : line}\n`;
  }

  #head(severity: number, structuredData: string | undefined, now: number): string {
    const { tag, processId, hostName } = this.#source;
    const priority = `<${this.#facility + severity}>`;
    switch (this.#target.format) {
      case 'raw':
        return '';
      case 'short':
        return `<${severity}>`;
      case 'priority':
        return priority;
      case 'iso':
        return `${this.#exact(now)} `;
      case 'timed':
        return `<${severity}>${this.#exact(now)} `;
      case 'rfc5424':
        return `${priority}1 ${this.#exact(now)} ${hostName ?? '-'} ${tag} ${processId} - ${structuredData ?? '-'} `;
      case 'local':
        return `${priority}${this.#dated(now)} ${hostName === undefined ? '' : `${hostName} `}${tag}[${processId}]: `;
      case 'rfc3164':
        return `${priority}${this.#dated(now)} ${hostName ?? 'localhost'} ${tag}[${processId}]: `;
    }
  }

  #dated(now: number): string {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#date = formatTime('%b %e %T', now, this.#source.zoneOffset(now));
    }
    return this.#date;
  }

  /** With microseconds (RFC 5424). */
  #exact(now: number): string {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      const offset = this.#source.zoneOffset(now);
      const zone = formatTime('%z', now, offset);
      this.#date = formatTime('%Y-%m-%dT%T', now, offset);
      this.#zone = `${zone.slice(0, -2)}:${zone.slice(-2)}`;
    }
    return `${this.#date}.${String(Math.floor((now % 1000) * 1000)).padStart(6, '0')}${this.#zone}`;
  }
}

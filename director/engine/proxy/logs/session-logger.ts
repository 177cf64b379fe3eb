import { type Writer, compileFormat, inLog } from '../formats/log-format.ts';
import { logDate } from '../formats/dates.ts';
import type { LogFormat } from '../expressions.ts';
import type { SessionLogger } from '../runtime/collaborators.ts';
import type { FrontendRuntime } from '../runtime/frontend-runtime.ts';
import type { Session } from '../runtime/session.ts';
import type { Stream } from '../runtime/stream.ts';
import type { Setting } from '../samples/setting.ts';
import { Subject } from '../samples/subject.ts';
import { octetText } from '../samples/values.ts';
import { LogWriter, type LogSurroundings } from './log-writer.ts';

/** For `Makers.logger`. */
export function makeLogger(front: FrontendRuntime, setting: Setting, surroundings: LogSurroundings): SessionLogger {
  const writer = new LogWriter(front.settings, surroundings);
  return writer.idle ? silent : new FrontendLogger(front, setting, writer);
}

const silent: SessionLogger = { stream: () => undefined, connection: () => undefined };

class FrontendLogger implements SessionLogger {
  readonly #front: FrontendRuntime;
  readonly #writer: LogWriter;
  readonly #format: Writer | undefined;
  readonly #errorFormat: Writer | undefined;
  readonly #structuredData: Writer | undefined;
  readonly #zoneOffset: (ms: number) => number;
  readonly #subject = new Subject();

  constructor(front: FrontendRuntime, setting: Setting, writer: LogWriter) {
    const compiled = (format: LogFormat | undefined): Writer | undefined =>
      format === undefined ? undefined : compileFormat(format, setting, inLog);
    const { format, errorFormat, structuredData } = front.front.log;
    this.#front = front;
    this.#zoneOffset = (ms) => setting.ports.zoneOffset(ms);
    this.#writer = writer;
    this.#format = compiled(format);
    this.#errorFormat = compiled(errorFormat);
    this.#structuredData = compiled(structuredData);
  }

  stream(stream: Stream, front: FrontendRuntime, _backend: unknown, now: number): void {
    const { log } = front.front;
    const failed = hasFailed(stream);
    if (log.skipsNormal && !failed) return;
    if (log.skipsEmpty && stream.bytesIn === 0 && front.settings.mode === 'tcp') return;
    if (stream.logLevel === 'silent') return;
    const level = stream.logLevel ?? (failed && log.separatesErrors ? 'err' : 'info');
    const subject = this.#subject.begin(stream.session, stream, false, now);
    if (this.#format !== undefined) this.#write(level, this.#format(subject), now);
    else if (stream.first) this.#write(level, connectLine(stream.session, this.#front), now);
  }

  connection(session: Session, what: string, now: number): void {
    const { log, ...front } = this.#front.front;
    // Two letters are how it ended, as streams do; all else is what has gone wrong.
    const ended = /^[A-Za-z-]{2}$/.test(what);
    if (ended && (log.skipsEmpty || front.ignoreProbes)) return;
    const level = log.separatesErrors ? 'err' : 'info';
    const subject = this.#subject.begin(session, undefined, false, now);
    if (this.#errorFormat !== undefined) this.#write(level, this.#errorFormat(subject), now);
    else if (!ended) this.#write(level, errorLine(session, what, this.#zoneOffset), now);
    else if (this.#format !== undefined) this.#write(level, this.#format(subject), now);
    else this.#write(level, connectLine(session, this.#front), now);
  }

  #write(level: Parameters<LogWriter['write']>[0]['level'], text: string, now: number): void {
    const structuredData = this.#structuredData?.(this.#subject);
    this.#writer.write({ level, text, ...(structuredData === undefined ? {} : { structuredData }) }, now);
  }
}

/** What is logged although normal ends are not, and at a level of its own. */
function hasFailed({ termination, retries, redispatched, status }: Stream): boolean {
  const { cause } = termination;
  if (redispatched || status >= 500) return true;
  return cause === '-' ? retries > 0 : cause !== 'L';
}

const ends = ({ source, destination }: Session): string =>
  `${source.address === '' ? 'unix' : source.address}:${source.port} to ` +
  `${destination.address === '' ? 'unix' : destination.address}:${destination.port}`;

/** What there is to say without a format. */
function connectLine(session: Session, { settings }: FrontendRuntime): string {
  const mode = settings.mode === 'http' ? 'HTTP' : 'TCP';
  return octetText(`Connect from ${ends(session)} (${settings.name}/${mode})`);
}

function errorLine(
  { source, frontend, listener, acceptedAt }: Session,
  what: string,
  zoneOffset: (ms: number) => number,
): string {
  const from = `${source.address === '' ? 'unix' : source.address}:${source.port}`;
  const place = `${frontend.settings.name}/${listener.name ?? listener.id}`;
  return octetText(`${from} [${logDate(acceptedAt, zoneOffset(acceptedAt))}] ${place}: ${what}`);
}

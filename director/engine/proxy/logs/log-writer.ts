import { fromLatin1 } from '../../http/octets.ts';
import type { ProxyCommon } from '../configuration.ts';
import type { GlobalSettings, LogTarget } from '../global.ts';
import { LogFrame, type LogLine } from './log-frame.ts';

/** Takes octets to where logs go; never waits. */
export interface LogSink {
  send(target: LogTarget['to'], octets: Uint8Array): void;
}

export interface LogSurroundings {
  readonly global: Pick<GlobalSettings, 'logTag' | 'logHostName'>;
  readonly processId: number;
  readonly hostName: string;
  readonly sink: LogSink;
  /** Minutes east of Greenwich at a time, which is milliseconds since 1970. */
  zoneOffset(ms: number): number;
}

/** Where a proxy's lines go, each in its target's form. */
export class LogWriter {
  readonly #targets: readonly { readonly to: LogTarget['to']; readonly frame: LogFrame }[];
  readonly #sink: LogSink;

  constructor({ logs, logTag }: Pick<ProxyCommon, 'logs' | 'logTag'>, surroundings: LogSurroundings) {
    const { global } = surroundings;
    const source = {
      tag: logTag ?? global.logTag,
      processId: surroundings.processId,
      hostName: global.logHostName === '' ? surroundings.hostName : global.logHostName,
      zoneOffset: surroundings.zoneOffset.bind(surroundings),
    };
    this.#targets = logs.map((target) => ({ to: target.to, frame: new LogFrame(target, source) }));
    this.#sink = surroundings.sink;
  }

  get idle(): boolean {
    return this.#targets.length === 0;
  }

  /** Text of octets as Latin-1. */
  write(line: LogLine, now: number): void {
    for (const { to, frame } of this.#targets) {
      const framed = frame.frame(line, now);
      if (framed !== undefined) this.#sink.send(to, fromLatin1(framed));
    }
  }
}

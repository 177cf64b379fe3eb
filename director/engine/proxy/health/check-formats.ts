import { newSession } from '../client-arrival.ts';
import type { Frontend } from '../configuration.ts';
import type { LogFormat, SampleExpression } from '../expressions.ts';
import { compileFormat, constantOf, type Writer } from '../formats/log-format.ts';
import { FrontendRuntime } from '../runtime/frontend-runtime.ts';
import { compileText } from '../samples/compile.ts';
import type { Setting } from '../samples/setting.ts';
import { Subject } from '../samples/subject.ts';

/** Texts and samples of a backend's checks. They stand in no stream: what belongs to one is not there. */
export class CheckFormats {
  readonly #setting: Setting;
  readonly #now: () => number;
  readonly #subject = new Subject();
  readonly #writers = new Map<LogFormat, Writer>();
  readonly #readers = new Map<SampleExpression, (subject: Subject) => string | undefined>();

  constructor(setting: Setting, now: () => number) {
    this.#setting = setting;
    this.#now = now;
  }

  text(format: LogFormat): string {
    const constant = constantOf(format);
    if (constant !== undefined) return constant;
    let write = this.#writers.get(format);
    if (write === undefined) {
      write = compileFormat(format, this.#setting, { direction: 'response', encoding: 'none', isLog: false });
      this.#writers.set(format, write);
    }
    return write(this.#begin());
  }

  /** undefined: it gives no number. */
  number(sample: SampleExpression): number | undefined {
    let read = this.#readers.get(sample);
    if (read === undefined) {
      read = compileText(sample, this.#setting, 'response');
      this.#readers.set(sample, read);
    }
    const text = read(this.#begin());
    return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
  }

  #begin(): Subject {
    const now = this.#now();
    const nowhere = { address: '', port: 0 };
    const frontend = new FrontendRuntime(CHECKS, 0, now);
    const listener = { bind: NO_BIND, id: 0, name: undefined, current: 0, counters: frontend.counters };
    const facts = { frontend, listener, from: nowhere, acceptedAt: now, tls: undefined, httpMajor: 1 as const };
    return this.#subject.begin(
      newSession(facts, () => nowhere),
      undefined,
      true,
      now,
    );
  }
}

const NO_BIND = {
  ...{ endpoints: [], acceptProxy: false, deferAccept: false, transparent: false },
};

/** HAProxy's `CHECKS-FE`: nobody comes in by it. */
const CHECKS: Frontend = {
  ...{ kind: 'frontend', name: 'CHECKS-FE', disabled: false, mode: 'tcp', logs: [], timeouts: {} },
  rules: {
    ...{ tcpConnection: [], tcpSession: [], tcpContent: [], tcpResponse: [] },
    ...{ httpRequest: [], httpResponse: [], httpAfterResponse: [], redirects: [] },
  },
  ...{ connectionMode: 'keepAlive', bufferRequest: false, noDelay: false, noLinger: false, socketStatistics: false },
  tcpKeepAlive: { client: false, server: false },
  splice: { automatic: false, request: false, response: false },
  acceptInvalid: { request: false, response: false },
  ...{ oddHeaderNames: 'preserve', errors: [] },
  front: {
    ...{ binds: [], maxConnections: 0, sessionRate: 0, timeouts: {}, useBackend: [] },
    log: { skipsEmpty: false, skipsNormal: false, asSoonAsPossible: false, separatesErrors: false },
    capture: { request: [], response: [] },
    ...{ ignoreProbes: false, disableH2Upgrade: false, maxSessionServerConnections: -1, continuousStatistics: false },
    ...{ idleCloseOnResponse: false, useProxyHeader: false, tcpSmartAccept: false },
  },
};

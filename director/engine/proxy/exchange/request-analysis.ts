import type { ProxyCommon } from '../configuration.ts';
import type { RuleList } from '../runtime/collaborators.ts';
import type { Stream } from '../runtime/stream.ts';
import { PASS, type Verdict } from '../runtime/verdict.ts';
import type { BackParts, ExchangeHost, FrontParts } from './parts.ts';

/** What the analysis looks at beyond the stream itself. */
export interface Analysed extends Stream {
  /** Whether the request's body is here as a whole, or as much of it as there is room for. */
  readonly bodyWaited: boolean;
}

/** The stages through which a request goes, in HAProxy's order; those of a backend after those of its frontend. */
const CONTENT = 0;
const BODY = 1;
const RULES = 2;
const PAGE = 3;
const LAST = { http: PAGE, tcp: CONTENT } as const;

/** A request's way through the rules to its backend: goes on where it had to wait. */
export class RequestAnalysis {
  /** Where it has come to; a listen is its own backend, whose rules are not looked at again. */
  back: BackParts | undefined;
  readonly #stream: Analysed;
  readonly #front: FrontParts;
  readonly #host: ExchangeHost;
  #proxy: FrontParts | BackParts;
  readonly #last: number;
  #stage = CONTENT;
  #rule = 0;

  constructor(stream: Analysed, front: FrontParts, host: ExchangeHost, mode: keyof typeof LAST) {
    this.#last = LAST[mode];
    this.#stream = stream;
    this.#front = front;
    this.#host = host;
    this.#proxy = front;
  }

  /** `pass`: all done, and `back` says where to; undefined: nowhere. */
  run(now: number): Verdict {
    for (;;) {
      if (this.#stage > this.#last) {
        if (this.#proxy !== this.#front || !this.#chooseBackend()) return PASS;
        continue;
      }
      const verdict = this.#runStage(now);
      if (verdict.kind === 'wait') this.#rule = verdict.next;
      if (verdict.kind !== 'pass') return verdict;
      this.#stage++;
      this.#rule = 0;
    }
  }

  /** Whether another proxy's stages follow. */
  #chooseBackend(): boolean {
    const name = this.#front.rules.chooseBackend(this.#stream);
    this.back = name === undefined ? undefined : this.#host.backend(name);
    this.#stream.backend = this.back?.runtime;
    if (this.back === undefined || this.back.runtime.settings === this.#front.runtime.settings) return false;
    this.#proxy = this.back;
    this.#stage = CONTENT;
    return true;
  }

  #runStage(now: number): Verdict {
    const { rules, page, runtime } = this.#proxy;
    switch (this.#stage) {
      case CONTENT:
        return this.#runRules(rules.tcpContent, now);
      case BODY:
        return this.#awaitBody(runtime.settings);
      case RULES:
        return this.#runRules(rules.request, now);
      default:
        return page?.answer(this.#stream, now) ?? PASS;
    }
  }

  #runRules(list: RuleList<Stream>, now: number): Verdict {
    return list.empty ? PASS : list.run(this.#stream, this.#rule, now);
  }

  #awaitBody({ bufferRequest, timeouts }: ProxyCommon): Verdict {
    if (!bufferRequest || this.#stream.bodyWaited) return PASS;
    const { startedAt, idle } = this.#stream.times;
    return { kind: 'wait', untilMs: startedAt + Math.max(0, idle) + (timeouts.httpRequestMs ?? Infinity), next: 0 };
  }
}

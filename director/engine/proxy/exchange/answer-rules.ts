import type { RuleLists } from '../runtime/collaborators.ts';
import type { Stream } from '../runtime/stream.ts';
import { PASS, type Verdict } from '../runtime/verdict.ts';
import type { BackParts, FrontParts } from './parts.ts';

/** The rules for an answer: those of its backend, then those of its frontend; a listen's own once. */
export class AnswerRules {
  readonly #lists: readonly RuleLists[];
  #at = 0;
  #rule = 0;

  constructor(front: FrontParts, back: BackParts | undefined) {
    const isListen = back === undefined || back.runtime.settings === front.runtime.settings;
    this.#lists = isListen ? [front.rules] : [back.rules, front.rules];
  }

  /** `http-response`, then `http-after-response`; goes on where it had to wait. */
  run(stream: Stream, now: number): Verdict {
    for (; this.#at < this.#lists.length; this.#at++, this.#rule = 0) {
      const { response } = this.#lists[this.#at] as RuleLists;
      if (response.empty) continue;
      const verdict = response.run(stream, this.#rule, now);
      if (verdict.kind === 'wait') this.#rule = verdict.next;
      if (verdict.kind !== 'pass') return verdict;
    }
    this.runAfter(stream, now);
    return PASS;
  }

  /** These change an answer, and cannot stop it. */
  runAfter(stream: Stream, now: number): void {
    for (const { afterResponse } of this.#lists) if (!afterResponse.empty) afterResponse.run(stream, 0, now);
  }
}

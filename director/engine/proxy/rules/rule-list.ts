import type { Condition } from '../expressions.ts';
import { evaluateCondition, type Finding } from '../matching/condition.ts';
import type { RuleList } from '../runtime/collaborators.ts';
import type { Session } from '../runtime/session.ts';
import type { Stream } from '../runtime/stream.ts';
import { PASS, type Verdict } from '../runtime/verdict.ts';
import type { Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';

/** A rule made ready. What it waits for is kept for each stream. */
export interface ReadyRule {
  readonly when?: (subject: Subject) => Finding;
  act(subject: Subject, wait: Wait): Verdict | undefined;
}

/** What a rule may ask of its list. */
export interface Wait {
  /** A verdict to wait for so long since the first time that it was asked for; undefined: the time is up. */
  upTo(ms: number): Verdict | undefined;
}

export function ready(
  when: Condition | undefined,
  setting: Setting,
  act: (subject: Subject, wait: Wait) => Verdict | undefined,
): ReadyRule {
  return when === undefined ? { act } : { when: evaluateCondition(when, setting), act };
}

/** What is remembered of a stream that waits. */
interface Waiting {
  readonly untilMs: number;
  readonly strict: boolean;
}

export interface ListOptions<Who extends Stream | Session> {
  readonly answering: boolean;
  /** How long conditions wait for what is not here yet; absent: not at all. */
  readonly inspectMs?: number;
  /** Nothing more is to come, or there is no room for it. */
  isComplete?(who: Who): boolean;
}

/** Rules one behind the other, until one has a verdict. */
export class ReadyRules<Who extends Stream | Session> implements RuleList<Who> {
  readonly #rules: readonly ReadyRule[];
  readonly #subject: Subject;
  readonly #options: ListOptions<Who>;
  readonly #waiting = new WeakMap<Who, Waiting>();

  constructor(rules: readonly ReadyRule[], subject: Subject, options: ListOptions<Who>) {
    this.#rules = rules;
    this.#subject = subject;
    this.#options = options;
  }

  get empty(): boolean {
    return this.#rules.length === 0;
  }

  run(who: Who, from: number, now: number): Verdict {
    const { answering, inspectMs } = this.#options;
    const subject = this.#subject.begin(...ends(who), answering, now);
    const waited = from > 0 || inspectMs !== undefined ? this.#waiting.get(who) : undefined;
    if (waited !== undefined) subject.strict = waited.strict;
    subject.final = inspectMs === undefined || this.#isFinal(who, waited, now);
    for (let index = from; index < this.#rules.length; index++) {
      const verdict = this.#follow(this.#rules[index] as ReadyRule, who, now);
      if (verdict === undefined) continue;
      return verdict.kind === 'wait' ? { ...verdict, next: index } : verdict;
    }
    return PASS;
  }

  #isFinal(who: Who, waited: Waiting | undefined, now: number): boolean {
    return (waited !== undefined && now >= waited.untilMs) || this.#options.isComplete?.(who) === true;
  }

  #follow(rule: ReadyRule, who: Who, now: number): Verdict | undefined {
    const subject = this.#subject;
    const finding = rule.when?.(subject) ?? 'passes';
    if (finding === 'unknown') return this.#wait(who, this.#options.inspectMs ?? 0, now);
    if (finding === 'fails') return undefined;
    return rule.act(subject, {
      upTo: (ms) => {
        const verdict = this.#wait(who, ms, now);
        // Whoever waits next begins anew.
        if (verdict === undefined) this.#waiting.delete(who);
        return verdict;
      },
    });
  }

  #wait(who: Who, ms: number, now: number): Verdict | undefined {
    const waiting = this.#waiting.get(who) ?? { untilMs: now + ms, strict: this.#subject.strict };
    this.#waiting.set(who, waiting);
    return now >= waiting.untilMs ? undefined : { kind: 'wait', untilMs: waiting.untilMs, next: 0 };
  }
}

function ends(who: Stream | Session): [Session, Stream | undefined] {
  return 'session' in who ? [who.session, who] : [who, undefined];
}

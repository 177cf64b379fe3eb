import type { CheckTiming } from './configuration.ts';
import type { CheckResult } from './result.ts';

export type AttemptAction = { readonly type: 'start' | 'abort'; readonly attempt: number };

/**
 * The timing of one check of any kind, as keepalived 2.2 has it (check_tcp.c, check_api.c): every `intervalMs` an attempt; a
 * failed one is repeated `retries` times, `delayBeforeRetryMs` apart, before the verdict turns; one success turns it back.
 *
 *   waiting ── time ──► attempting ── result or time-out ──► waiting
 */
export class CheckMachine {
  #timing: CheckTiming;
  #up: boolean;
  #since: number;
  #reason: string;
  #failures = 0;
  #judged = false;
  /** Since when a server that was found down has been well without a break. */
  #wellSince: number | undefined;
  #dueAt: number;
  /** The attempt under way; its number grows, so that an answer to an aborted one is told apart. */
  #attempt: number | undefined;
  #attempts = 0;

  /** `chance` is a number from 0 up to 1: the part of the warm-up time that passes before the first attempt. */
  constructor(timing: CheckTiming, up: boolean, now: number, chance: number) {
    this.#timing = timing;
    this.#up = up;
    this.#since = now;
    this.#reason = up ? 'taken as up until the first check' : 'down until the first successful check';
    this.#dueAt = now + timing.warmupMs * chance;
  }

  get up(): boolean {
    return this.#up;
  }
  get reason(): string {
    return this.#reason;
  }
  get since(): number {
    return this.#since;
  }
  /** Failed attempts in a row. */
  get failures(): number {
    return this.#failures;
  }
  /** Whether a verdict has been reached by looking, rather than been assumed. */
  get judged(): boolean {
    return this.#judged;
  }
  /** The number of the attempt under way. */
  get attempt(): number | undefined {
    return this.#attempt;
  }
  get idle(): boolean {
    return this.#attempt === undefined;
  }
  /** When `tick` wants to be called: the next attempt, or the end of the time for the present one. */
  get nextTimeoutAt(): number {
    return this.#dueAt;
  }

  /** `silence` is the result when time runs out; undefined = a failure. */
  tick(now: number, silence?: CheckResult): AttemptAction[] {
    if (now < this.#dueAt) return [];
    const { timeoutMs } = this.#timing;
    if (this.#attempt === undefined) {
      this.#attempt = ++this.#attempts;
      this.#dueAt = now + timeoutMs;
      return [{ type: 'start', attempt: this.#attempt }];
    }
    const attempt = this.#attempt;
    this.finish(attempt, silence ?? { ok: false, reason: `no answer in ${timeoutMs} ms` }, now);
    return [{ type: 'abort', attempt }];
  }

  /** The attempt ended. Returns false for an answer that comes too late: it is nobody's. */
  finish(attempt: number, result: CheckResult, now: number): boolean {
    if (attempt !== this.#attempt) return false;
    this.#attempt = undefined;
    if (result.ok) this.#succeed(result, now);
    else this.#fail(result.reason, now);
    return true;
  }

  /** The same check with other times: the verdict stays, the next attempt comes no later than the new interval says. */
  reconfigure(next: CheckTiming, now: number): void {
    this.#timing = next;
    if (this.#attempt === undefined) this.#dueAt = Math.min(this.#dueAt, now + next.intervalMs);
    // keepalived's migrate_checkers: retries that are used up already leave one more failure, not none.
    this.#failures = this.#up ? Math.min(this.#failures, next.retries) : this.#failures;
  }

  #succeed({ reason, agent }: Extract<CheckResult, { ok: true }>, now: number): void {
    this.#failures = 0;
    this.#dueAt = now + this.#timing.intervalMs;
    const { reentryMs = 0 } = this.#timing;
    if (!this.#up && this.#judged) this.#wellSince ??= now;
    if (this.#wellSince !== undefined && now - this.#wellSince < reentryMs) {
      this.#reason = `${reason}; well for ${now - this.#wellSince} ms, ${reentryMs} are needed`;
      return;
    }
    this.#wellSince = undefined;
    // An agent that was reached has the last word at once: it is no measurement that could have gone wrong.
    this.#turn(agent?.up ?? true, reason, now);
  }

  #fail(reason: string, now: number): void {
    const { retries, delayBeforeRetryMs, intervalMs } = this.#timing;
    this.#failures++;
    this.#wellSince = undefined;
    // Before the first verdict also a server that starts down (alpha) is tried again.
    const retrying = (this.#up || !this.#judged) && this.#failures <= retries;
    this.#dueAt = now + (retrying ? delayBeforeRetryMs : intervalMs);
    if (retrying) this.#reason = `${reason}; trying again, ${this.#failures} of ${retries}`;
    else this.#turn(false, this.#failures > 1 ? `${reason}, ${this.#failures} times in a row` : reason, now);
  }

  #turn(up: boolean, reason: string, now: number): void {
    this.#reason = reason;
    this.#judged = true;
    if (this.#up === up) return;
    this.#up = up;
    this.#since = now;
  }
}

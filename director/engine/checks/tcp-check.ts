import type { TcpCheckConfiguration } from './configuration.ts';

/** How one attempt ended. */
export type AttemptResult =
  { readonly ok: true; readonly ms: number } | { readonly ok: false; readonly reason: string };

export type AttemptAction =
  { readonly type: 'connect'; readonly attempt: number } | { readonly type: 'abort'; readonly attempt: number };

/**
 * One TCP_CHECK, as keepalived 2.2 runs it (check_tcp.c, check_api.c): every `intervalMs` an attempt; a failed one is
 * repeated `retries` times, `delayBeforeRetryMs` apart, before the verdict turns; one success turns it back.
 *
 *   waiting ── time ──► connecting ── result or time-out ──► waiting
 */
export class TcpCheck {
  #configuration: TcpCheckConfiguration;
  #up: boolean;
  #since: number;
  #reason: string;
  #failures = 0;
  #dueAt: number;
  /** The attempt under way; its number grows, so that an answer to an aborted one is told apart. */
  #attempt: number | undefined;
  #attempts = 0;

  /** `chance` is a number from 0 up to 1: the part of the warm-up time that passes before the first attempt. */
  constructor(configuration: TcpCheckConfiguration, up: boolean, now: number, chance: number) {
    this.#configuration = configuration;
    this.#up = up;
    this.#since = now;
    this.#reason = up ? 'taken as up until the first check' : 'down until the first successful check';
    this.#dueAt = now + configuration.warmupMs * chance;
  }

  get configuration(): TcpCheckConfiguration {
    return this.#configuration;
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
  /** When `tick` wants to be called: the next attempt, or the end of the time for the present one. */
  get nextTimeoutAt(): number {
    return this.#dueAt;
  }

  tick(now: number): AttemptAction[] {
    if (now < this.#dueAt) return [];
    const { connectTimeoutMs } = this.#configuration;
    if (this.#attempt === undefined) {
      this.#attempt = ++this.#attempts;
      this.#dueAt = now + connectTimeoutMs;
      return [{ type: 'connect', attempt: this.#attempt }];
    }
    const attempt = this.#attempt;
    this.finish(attempt, { ok: false, reason: `no answer in ${connectTimeoutMs} ms` }, now);
    return [{ type: 'abort', attempt }];
  }

  /** The attempt ended; an answer that comes too late is nobody's. */
  finish(attempt: number, result: AttemptResult, now: number): void {
    if (attempt !== this.#attempt) return;
    this.#attempt = undefined;
    if (result.ok) this.#succeed(result.ms, now);
    else this.#fail(result.reason, now);
  }

  /** The same server with other times: the verdict stays, the next attempt comes no later than the new interval says. */
  reconfigure(next: TcpCheckConfiguration, now: number): void {
    this.#configuration = next;
    if (this.#attempt === undefined) this.#dueAt = Math.min(this.#dueAt, now + next.intervalMs);
  }

  #succeed(ms: number, now: number): void {
    this.#failures = 0;
    this.#dueAt = now + this.#configuration.intervalMs;
    this.#turn(true, `connected in ${ms.toFixed(1)} ms`, now);
  }

  #fail(reason: string, now: number): void {
    const { retries, delayBeforeRetryMs, intervalMs } = this.#configuration;
    this.#failures++;
    const retrying = this.#up && this.#failures <= retries;
    this.#dueAt = now + (retrying ? delayBeforeRetryMs : intervalMs);
    if (retrying) this.#reason = `${reason}; trying again, ${this.#failures} of ${retries}`;
    else this.#turn(false, this.#failures > 1 ? `${reason}, ${this.#failures} times in a row` : reason, now);
  }

  #turn(up: boolean, reason: string, now: number): void {
    this.#reason = reason;
    if (this.#up === up) return;
    this.#up = up;
    this.#since = now;
  }
}

import { Sleeper } from '../exchange/deadlines.ts';
import type { CheckReport, ServerRuntime } from '../runtime/server-runtime.ts';
import { because } from '../states/state-log.ts';
import type { Attempt, CheckWorld } from './check-world.ts';
import { type CheckOutcome, type CheckStatus, descriptionOf, isAnswered, verdictOf } from './check-status.ts';

/** Milliseconds; absent: `intervalMs`. */
export interface CheckTimes {
  readonly intervalMs: number;
  readonly fastIntervalMs?: number;
  readonly downIntervalMs?: number;
}

/** HCHK_DESC_LEN: what was seen is cut to so many octets. */
const MOST_INFO = 127;

/**
 * One check of one server, again and again (HAProxy 2.6, src/check.c): a counter of good and bad outcomes, which begins at `rise`, goes
 * up to `rise + fall - 1`, and falls to 0 as soon as it is below `rise`.
 *
 *   sleeping ── time ──► looking ── outcome or its own time ──► sleeping
 */
export abstract class Checkup extends Sleeper {
  readonly server: ServerRuntime;
  readonly world: CheckWorld;
  readonly times: CheckTimes;
  readonly rise: number;
  readonly fall: number;
  abstract health: number;
  #attempt: Attempt | undefined;
  #report: CheckReport | undefined;
  #number = 0;
  #startedAt = 0;
  #dueAt = Infinity;
  protected lastStatus: CheckStatus | undefined;
  /** `observe` wants the next one sooner. */
  #isHurried = false;

  constructor(server: ServerRuntime, world: CheckWorld, times: CheckTimes, [rise, fall]: readonly [number, number]) {
    super();
    this.server = server;
    this.world = world;
    this.times = times;
    this.rise = rise;
    this.fall = fall;
  }

  protected abstract readonly kind: 'Health' | 'Agent';
  /** Whether it is looked at all, now. */
  protected abstract get enabled(): boolean;
  /** Where it is shown. */
  protected abstract publish(report: CheckReport): void;
  /** Looks; `done` is called later, at most once. */
  protected abstract begin(done: (outcome: CheckOutcome) => void): Attempt;
  protected abstract expired(): CheckOutcome;
  protected abstract conclude(outcome: CheckOutcome, now: number): void;

  get isRunning(): boolean {
    return this.#attempt !== undefined;
  }

  start(at: number): void {
    this.#dueAt = at;
    this.world.timers.set(this, at);
  }

  stop(): void {
    this.#number++;
    this.#attempt?.abort();
    this.#attempt = undefined;
    this.world.timers.set(this, Infinity);
  }

  /** The present look may last until then. */
  protected allow(until: number): void {
    this.#dueAt = until;
    this.world.timers.set(this, until);
  }

  /** The next one comes as soon as `fastinter` says; an error of traffic has been seen. */
  hurry(now: number): void {
    this.#isHurried = true;
    if (this.times.fastIntervalMs === undefined || this.isRunning) return;
    if (now + this.interval < this.#dueAt) this.#sleep(now);
  }

  override wake(now: number): void {
    if (this.#attempt !== undefined) {
      const attempt = this.#attempt;
      const outcome = this.expired();
      attempt.abort();
      this.#finish(outcome, now);
    } else if (!this.enabled) this.#skip(now);
    else {
      this.#startedAt = now;
      const number = ++this.#number;
      this.#attempt = this.begin((outcome) => {
        if (number === this.#number) this.#finish(outcome, this.world.timers.now());
      });
    }
  }

  #skip(now: number): void {
    const { intervalMs } = this.times;
    const missed = Math.floor((now - this.#dueAt) / intervalMs) + 1;
    this.start(this.#dueAt + missed * intervalMs);
  }

  #finish(outcome: CheckOutcome, now: number): void {
    this.#attempt = undefined;
    this.#number++;
    this.conclude(outcome, now);
    this.#sleep(now);
  }

  #sleep(now: number): void {
    const spread = Math.trunc((this.interval * this.world.spreadPercent) / 100);
    this.start(now + this.interval + spread - Math.trunc(2 * spread * this.world.timers.random()));
    this.#isHurried = false;
  }

  /** Milliseconds to the next one, by how the server is. */
  get interval(): number {
    const { intervalMs, fastIntervalMs = intervalMs, downIntervalMs = intervalMs } = this.times;
    if (!this.#isHurried && this.health === this.rise + this.fall - 1) return intervalMs;
    return this.server.operational === 'stopped' && this.health === 0 ? downIntervalMs : fastIntervalMs;
  }

  /** Takes an outcome down, counts it, and has it logged where that is wanted. Whether the server changes is another's. */
  note(outcome: Pick<CheckOutcome, 'status' | 'code' | 'info'>, now: number): void {
    const { status, code, info } = outcome;
    const changed = this.lastStatus !== status;
    this.lastStatus = status;
    const report: CheckReport = {
      status,
      ...(isAnswered(status) ? { code } : {}),
      durationMs: status === 'HANA' ? -1 : Math.floor(now - this.#startedAt),
      description: descriptionOf(status),
      last: info.slice(0, MOST_INFO),
    };
    this.#report = report;
    this.publish(report);
    const verdict = verdictOf(status);
    if (verdict === 'neutral') return;
    const counted = verdict === 'failed' ? this.#countFailure(status) : this.#countSuccess();
    if (verdict !== 'failed') this.world.forgetErrors(this.server);
    if (this.server.backend.back.logsChecks && (changed || counted)) this.#log(report, verdict);
  }

  /** Whether anything was counted. An agent that cannot be asked takes no server down. */
  #countFailure(status: CheckStatus): boolean {
    if (this.health === 0 || (this.kind === 'Agent' && !isAnswered(status))) return false;
    this.server.counters.failedChecks++;
    this.health = this.health > this.rise ? this.health - 1 : 0;
    return true;
  }

  #countSuccess(): boolean {
    const best = this.rise + this.fall - 1;
    if (this.health >= best) return false;
    this.health = this.health + 1 >= this.rise ? best : this.health + 1;
    return true;
  }

  #log(report: CheckReport, verdict: 'failed' | 'passed' | 'conditional'): void {
    const { settings, backend, userWeight } = this.server;
    const isUp = this.health >= this.rise;
    const state = isUp ? (userWeight > 0 ? 'UP' : 'DRAIN') : 'DOWN';
    const progress = isUp ? `${this.health - this.rise + 1}/${this.fall}` : `${this.health}/${this.rise}`;
    const name = `${settings.backup ? 'backup ' : ''}server ${backend.settings.name}/${settings.name}`;
    const how = { failed: 'failed', passed: 'succeeded', conditional: 'conditionally succeeded' }[verdict];
    const text = `${this.kind} check for ${name} ${how}${because(this.server, report)}, status: ${progress} ${state}`;
    this.world.log({ level: 'notice', text, backend });
  }

  /** For the log of a change; undefined where it was told already, or another's check is the reason. */
  protected get cause(): CheckReport | undefined {
    const { settings, backend } = this.server;
    return settings.tracks === undefined && !backend.back.logsChecks ? this.#report : undefined;
  }
}

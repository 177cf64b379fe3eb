import type { CheckReport, ServerRuntime } from '../runtime/server-runtime.ts';
import type { CheckFormats } from './check-formats.ts';
import { placeOfAgent, placeOfCheck, isSecure } from './check-place.ts';
import { CheckRun } from './check-run.ts';
import { type CheckOutcome, type CheckStatus, verdictOf } from './check-status.ts';
import { agentPlan, type CheckPlan } from './check-steps.ts';
import type { Attempt, CheckWorld } from './check-world.ts';
import { Checkup } from './checkup.ts';
import { stateHeader } from './http-request.ts';

/** A server's checks: neither takes it up while the other one says no. */
export interface ServerChecks {
  readonly health: HealthCheckup | undefined;
  readonly agent: AgentCheckup | undefined;
}

export type ChecksOf = (server: ServerRuntime) => ServerChecks;

abstract class RunningCheckup extends Checkup {
  protected abstract readonly formats: CheckFormats;
  #run: CheckRun | undefined;

  protected abstract get plan(): CheckPlan;
  protected abstract placeFor(run: CheckRun): ReturnType<typeof placeOfCheck>;
  protected abstract secure(run: Parameters<ConstructorParameters<typeof CheckRun>[1]['secure']>[0]): boolean;

  protected override begin(done: (outcome: CheckOutcome) => void): Attempt {
    const { server, world } = this;
    const run = new CheckRun(this.plan, {
      formats: this.formats,
      secure: (step) => this.secure(step),
      serverState: () => stateHeader(server, world.hostName, world.timers.now()),
      isDown: () => server.operational === 'stopped',
      before: () => this.lastStatus,
      began: (phase) => this.#began(phase),
    });
    this.#run = run;
    return world.port.start(run, () => this.placeFor(run), done);
  }

  protected override expired(): CheckOutcome {
    const outcome = this.#run?.expired();
    if (outcome === undefined) throw new Error('no check is under way');
    return outcome;
  }

  /** A connection may take the interval; with `timeout check` also no longer than `timeout connect`, and then that. */
  #began(phase: 'connecting' | 'connected'): void {
    const now = this.world.timers.now();
    const { checkMs, connectMs = Infinity } = this.server.backend.back.timeouts;
    if (phase === 'connected') {
      if (checkMs !== undefined) this.allow(now + checkMs);
      return;
    }
    this.allow(now + Math.min(this.times.intervalMs, checkMs === undefined ? Infinity : connectMs));
  }
}

/** `check`. */
export class HealthCheckup extends RunningCheckup {
  protected readonly kind = 'Health';
  protected readonly formats: CheckFormats;
  protected readonly plan: CheckPlan;
  readonly #checksOf: ChecksOf;

  constructor(server: ServerRuntime, world: CheckWorld, how: [CheckPlan, CheckFormats, ChecksOf]) {
    const { check } = server.settings;
    super(server, world, check ?? { intervalMs: 2000 }, [check?.rise ?? 2, check?.fall ?? 3]);
    [this.plan, this.formats, this.#checksOf] = how;
  }

  override get health(): number {
    return this.server.health;
  }
  override set health(health: number) {
    this.server.health = health;
  }

  protected override get enabled(): boolean {
    return this.server.checking && !this.server.inMaintenance;
  }

  protected override publish(report: CheckReport): void {
    this.server.check = report;
  }

  protected override secure(step: Parameters<typeof placeOfCheck>[1]): boolean {
    return isSecure(this.server, step.rule);
  }

  protected override placeFor(run: CheckRun): ReturnType<typeof placeOfCheck> {
    const port = run.connection.rule?.port;
    const computed = typeof port === 'object' ? this.formats.number(port) : undefined;
    return placeOfCheck(this.server, run.connection, computed);
  }

  protected override conclude(outcome: CheckOutcome, now: number): void {
    this.note(outcome, now);
    const verdict = verdictOf(outcome.status);
    if (verdict === 'failed') this.failServer(now);
    else if (mayBeUp(this.server, this.#checksOf, this.world)) {
      const { states } = this.world;
      if (verdict === 'passed') states.setRunning(this.server, now, this.cause);
      else if (verdict === 'conditional') states.setStopping(this.server, now, this.cause);
    }
  }

  /** As far as the counter says so. */
  failServer(now: number): void {
    if (this.health === 0) this.world.states.setStopped(this.server, now, this.cause);
  }
}

/** `agent-check`. */
export class AgentCheckup extends RunningCheckup {
  protected readonly kind = 'Agent';
  protected readonly formats: CheckFormats;
  override health = 1;
  readonly #checksOf: ChecksOf;

  constructor(server: ServerRuntime, world: CheckWorld, how: [CheckFormats, ChecksOf]) {
    super(server, world, server.settings.agent ?? { intervalMs: 2000 }, [1, 1]);
    [this.formats, this.#checksOf] = how;
  }

  protected override get plan(): CheckPlan {
    return agentPlan(this.server.agentTarget.send ?? this.server.settings.agent?.send);
  }

  protected override get enabled(): boolean {
    return this.server.agentChecking;
  }

  protected override publish(report: CheckReport): void {
    this.server.agent = report;
  }

  protected override secure(): boolean {
    return false;
  }

  protected override placeFor(): ReturnType<typeof placeOfAgent> {
    return placeOfAgent(this.server);
  }

  protected override conclude(outcome: CheckOutcome, now: number): void {
    if (!this.enabled) return;
    const { server, world } = this;
    const status = this.#take(outcome, now);
    if (status === 'L7STS' && this.health === 0) world.states.setStopped(server, now, this.cause);
    const isGood = verdictOf(status) === 'passed' && server.operational !== 'stopping';
    if (isGood && mayBeUp(server, this.#checksOf, world)) world.states.setRunning(server, now, this.cause);
  }

  /** What the agent wants but for its health is done at once. */
  #take(outcome: CheckOutcome, now: number): CheckStatus {
    const { advice } = outcome;
    if (advice === undefined) {
      this.note(outcome, now);
      return outcome.status;
    }
    const status = advice.health === undefined ? 'CHECKED' : this.#takeHealth(advice.health);
    const warning = this.#follow(advice, now);
    this.note({ status, code: 0, info: infoOf(advice, warning) }, now);
    return status;
  }

  /** The server's own check is told, too: it begins where the agent says. */
  #takeHealth(word: string): CheckStatus {
    const { server } = this;
    const { rise = 2, fall = 3 } = server.settings.check ?? {};
    const isUp = word.toLowerCase() === 'up';
    server.health = isUp ? rise + fall - 1 : 0;
    return isUp ? 'L7OK' : 'L7STS';
  }

  #follow(advice: NonNullable<CheckOutcome['advice']>, now: number): string {
    const { server } = this;
    const { states } = this.world;
    const { administration } = states;
    if (advice.mode === 'drain') {
      administration.setDrain(server, now);
      administration.clearMaintenance(server, now);
    } else if (advice.mode === 'maint') {
      administration.setMaintenance(server, now);
      administration.clearDrain(server, now);
    } else if (advice.mode === 'ready') administration.setReady(server, now);
    const { weight, maxConnections } = advice;
    const onWeight = weight === undefined ? undefined : states.setWeight(server, weight, now);
    const onLimit = maxConnections === undefined ? undefined : states.setMaxConnections(server, maxConnections, now);
    return onWeight ?? onLimit ?? '';
  }
}

/** As HAProxy words what an agent has said. A failure is told as it was, whatever else was odd. */
function infoOf({ health, unknown, remark }: NonNullable<CheckOutcome['advice']>, warning: string): string {
  const odd = unknown ?? warning;
  if (health === undefined) {
    if (unknown !== undefined) return `agent reports an error : ${unknown}`;
    return warning === '' ? '' : `agent warns : ${warning}`;
  }
  const isUp = health.toLowerCase() === 'up';
  const message = (remark === '' || isUp) && odd !== '' ? odd : remark;
  return `via agent : ${health}${message === '' ? '' : ` (${message})`}`;
}

/** Nobody who has a say finds it down. */
function mayBeUp(server: ServerRuntime, checksOf: ChecksOf, { states }: CheckWorld): boolean {
  if (server.inMaintenance || states.trackedBy(server)?.operational === 'stopped') return false;
  const { health, agent } = checksOf(server);
  if (health !== undefined && server.checking && health.health < health.rise) return false;
  return agent === undefined || !server.agentChecking || agent.health >= agent.rise;
}

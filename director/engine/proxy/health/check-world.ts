import type { Sleeper } from '../exchange/deadlines.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Setting } from '../samples/setting.ts';
import type { ServerStates } from '../states/server-states.ts';
import type { StateLine } from '../states/state-log.ts';
import type { CheckOutcome } from './check-status.ts';
import type { CheckRun } from './check-run.ts';
import type { CheckPlace } from './check-place.ts';

/** A look under way. */
export interface Attempt {
  /** Gives back all that it holds; no outcome comes after it. */
  abort(): void;
}

/** Milliseconds since 1970; whose time has come is woken. */
export interface CheckTimers {
  now(): number;
  /** Infinity: never. */
  set(sleeper: Sleeper, at: number): void;
  /** From 0 up to 1. */
  random(): number;
}

/** Connections to servers for checks. */
export interface CheckPort {
  /**
   * Makes the run's connections, as `place` says for each, and brings it what comes. `done` is called at most once, and never before
   * this returns.
   */
  start(run: CheckRun, place: () => CheckPlace, done: (outcome: CheckOutcome) => void): Attempt;
}

/** What health checks are given. */
export interface HealthParts {
  readonly backends: Iterable<BackendRuntime>;
  readonly states: ServerStates;
  readonly timers: CheckTimers;
  readonly port: CheckPort;
  /** `spread-checks`: percent of the interval. */
  readonly spreadPercent: number;
  /** `max-spread-checks`; 0: no limit. */
  readonly maxSpreadMs: number;
  readonly hostName: string;
  /** Where the formats of a backend's checks stand. */
  setting(backend: BackendRuntime): Setting;
  /** `option log-health-checks`. */
  log(line: StateLine): void;
}

/** What one server's checks see of the rest. */
export interface CheckWorld extends HealthParts {
  /** A check has passed: errors of traffic before it do not count any more. */
  forgetErrors(server: ServerRuntime): void;
}

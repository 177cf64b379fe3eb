import type { ServerKey, ServiceKey } from '../../api/table.ts';
import type { CheckRunner } from '../check-runner.ts';
import { monotonicNow } from '../clock.ts';
import type { CheckedServers, ServerMode } from './operator.ts';

/** The servers of the configuration, as the operator sees them. */
export class RunnerServers implements CheckedServers {
  readonly #runner: CheckRunner;

  constructor(runner: CheckRunner) {
    this.#runner = runner;
  }

  setMode(service: ServiceKey, server: ServerKey, mode: ServerMode, reason: string): boolean {
    return this.#perform(this.#runner.checker.setMode(service, server, mode, reason, monotonicNow()));
  }

  setWeight(service: ServiceKey, server: ServerKey, weight: number | undefined): boolean {
    return this.#perform(this.#runner.checker.setWeight(service, server, weight, monotonicNow()));
  }

  #perform(actions: Parameters<CheckRunner['perform']>[0] | undefined): boolean {
    if (actions === undefined) return false;
    this.#runner.perform(actions);
    return true;
  }
}

import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import { AgentCheckup, HealthCheckup, type ServerChecks } from './health-check.ts';
import { CheckFormats } from './check-formats.ts';
import { planOf } from './check-steps.ts';
import type { CheckWorld, HealthParts } from './check-world.ts';
import type { Checkup } from './checkup.ts';
import { type Sign, signs } from './signs.ts';

/** SRV_CHK_INTER_THRES: checks that are more frequent begin on their own. */
const FREQUENT_MS = 1000;
const NO_CHECKS: ServerChecks = { health: undefined, agent: undefined };

/**
 * All checks of a configuration's servers: `check`, `agent-check`, and what traffic shows (`observe`). Begins after the sockets listen,
 * and stops when the configuration is left.
 */
export class HealthChecks {
  readonly #world: CheckWorld;
  readonly #checks = new Map<ServerRuntime, ServerChecks>();
  /** Errors of traffic in a row. */
  readonly #errors = new Map<ServerRuntime, number>();

  constructor(parts: HealthParts) {
    // Whoever gives them may give methods.
    this.#world = {
      ...parts,
      setting: (backend) => parts.setting(backend),
      log: (line) => parts.log(line),
      forgetErrors: (server) => void this.#errors.delete(server),
    };
    for (const backend of parts.backends) if (!backend.settings.disabled) this.#add(backend);
  }

  /** In the order of the file they begin one after the other, as far from each other as their intervals let them. */
  start(): void {
    const { timers, maxSpreadMs, spreadPercent } = this.#world;
    const all = this.#all();
    const rare = all.map(({ interval }) => interval).filter((interval) => interval >= FREQUENT_MS);
    const shortest = Math.min(...rare);
    const now = timers.now();
    for (const [position, one] of all.entries()) {
      const spread = Math.trunc((one.interval * spreadPercent) / 100);
      const about = spread - Math.trunc(2 * spread * timers.random());
      const wanted = Math.max(Number.isFinite(shortest) ? shortest : 0, one.interval) + about;
      const period = maxSpreadMs > 0 ? Math.min(wanted, maxSpreadMs) : wanted;
      one.start(now + Math.trunc((period * position) / all.length));
    }
  }

  stop(): void {
    for (const one of this.#all()) one.stop();
  }

  /** Whether a look is under way: statistics mark that. */
  isRunning(server: ServerRuntime, which: 'health' | 'agent'): boolean {
    return this.#checks.get(server)?.[which]?.isRunning === true;
  }

  /** `set server … agent up` or `down`: as if it had said so. The server's state is another's. */
  forceAgent(server: ServerRuntime, up: boolean): void {
    const agent = this.#checks.get(server)?.agent;
    if (agent !== undefined) agent.health = up ? agent.rise + agent.fall - 1 : 0;
  }

  /** Traffic has shown how the server is (`observe`). */
  observe(server: ServerRuntime, sign: Sign, now: number): void {
    const { observe, errorLimit } = server.settings;
    if (observe === 'none') return;
    const meaning = signs[sign][observe];
    if (meaning === 'good') this.#errors.delete(server);
    if (meaning !== 'bad') return;
    const errors = (this.#errors.get(server) ?? 0) + 1;
    this.#errors.set(server, errors);
    if (errors < errorLimit) return;
    this.#punish(server, `Detected ${errors} consecutive errors, last one was: ${signs[sign].text}`, now);
    this.#errors.delete(server);
    server.counters.failedAnalyses++;
  }

  #punish(server: ServerRuntime, info: string, now: number): void {
    const check = this.#checks.get(server)?.health;
    if (check === undefined) return;
    const { onError } = server.settings;
    if (onError === 'sudden-death' && check.health > check.rise) check.health = check.rise + 1;
    if (onError === 'mark-down') check.health = check.rise;
    if (onError !== 'fastinter') {
      check.note({ status: 'HANA', code: 0, info }, now);
      check.failServer(now);
    }
    check.hurry(now);
  }

  #add(backend: BackendRuntime): void {
    const world = this.#world;
    const formats = new CheckFormats(world.setting(backend), () => world.timers.now());
    const plan = planOf(backend.back.check);
    const checksOf = (server: ServerRuntime): ServerChecks => this.#checks.get(server) ?? NO_CHECKS;
    for (const server of backend.servers) {
      const { check, agent } = server.settings;
      if (check === undefined && agent === undefined) continue;
      this.#checks.set(server, {
        health: check && new HealthCheckup(server, world, [plan, formats, checksOf]),
        agent: agent && new AgentCheckup(server, world, [formats, checksOf]),
      });
    }
  }

  #all(): Checkup[] {
    return [...this.#checks.values()].flatMap(({ health, agent }) =>
      [health, agent].filter((one) => one !== undefined),
    );
  }
}

import { performance } from 'node:perf_hooks';
import { parseHaproxy } from '../../../director/config/haproxy/parse.ts';
import { formatProblem } from '../../../director/config/problem.ts';
import { Deadlines, type Sleeper } from '../../../director/engine/proxy/exchange/deadlines.ts';
import { HealthChecks } from '../../../director/engine/proxy/health/health-checks.ts';
import { BackendRuntime } from '../../../director/engine/proxy/runtime/backend-runtime.ts';
import type { ServerRuntime } from '../../../director/engine/proxy/runtime/server-runtime.ts';
import type { Setting } from '../../../director/engine/proxy/samples/setting.ts';
import { ServerStates } from '../../../director/engine/proxy/states/server-states.ts';
import { serverStatus } from '../../../director/engine/proxy/statistics/server-status.ts';
import { checkPort } from '../../../director/io/proxy/health.ts';
import type { CheckCase } from './haproxy-checks-cases.ts';
import { type SeenChecks, withoutTimes } from './haproxy-checks.ts';

/** The director's checks of the same file, over real sockets. */
export class DirectorChecks {
  readonly backends = new Map<string, BackendRuntime>();
  readonly states: ServerStates;
  readonly checks: HealthChecks;
  readonly #lines: string[] = [];
  readonly #deadlines = new Deadlines();
  #timer: NodeJS.Timeout | undefined;

  constructor(text: string) {
    const { configuration, problems } = parseHaproxy(`${text}${FRONT}`, 'haproxy.cfg');
    if (configuration === undefined) throw new Error(problems.map(formatProblem).join('\n'));
    for (const [at, proxy] of configuration.proxies.entries())
      if (proxy.kind !== 'frontend') this.backends.set(proxy.name, new BackendRuntime(proxy, at + 2, now()));
    for (const backend of this.backends.values())
      for (const server of backend.servers)
        if (server.settings.endpoint.kind === 'inet') server.address = server.settings.endpoint.host;
    const log = ({ text: line }: { text: string }): void =>
      void this.#lines.push(withoutTimes(line.replace(/\.$/, '')));
    this.states = new ServerStates(this.backends, this.#deadlines, {
      log,
      endStreams: () => undefined,
      closeIdle: () => undefined,
    });
    this.checks = new HealthChecks({
      backends: this.backends.values(),
      states: this.states,
      timers: { now, set: (sleeper, at) => this.#set(sleeper, at), random: () => 0.5 },
      port: checkPort(),
      ...{ spreadPercent: 0, maxSpreadMs: 0, hostName: 'here', log },
      setting: (backend) => settingWithout(backend, this.backends),
    });
    this.checks.start();
  }

  stop(): void {
    this.checks.stop();
    clearTimeout(this.#timer);
  }

  seen({ name, agent }: CheckCase): SeenChecks {
    const servers = this.backends.get(name)?.servers ?? [];
    const [first] = servers;
    if (first === undefined) throw new Error(`no server in ${name}`);
    return {
      lines: this.#lines.filter((line) => line.includes(` ${name}/`) || line.startsWith(`backend ${name} `)),
      columns: agent === true ? agentColumns(first) : healthColumns(first),
      statuses: servers.map((server) => serverStatus(server, (one) => this.states.trackedBy(one))),
    };
  }

  #set(sleeper: Sleeper, at: number): void {
    this.#deadlines.set(sleeper, at);
    clearTimeout(this.#timer);
    const { nextAt } = this.#deadlines;
    if (nextAt === Infinity) return;
    this.#timer = setTimeout(
      () => {
        this.#deadlines.run(now());
        this.#set(sleeper, sleeper.wakeAt);
      },
      Math.max(0, nextAt - now()),
    );
  }
}

/** A file has to listen somewhere. */
const FRONT = 'listen front\n  bind 127.0.0.1:1\n  server none 127.0.0.1:1\n';
const now = (): number => performance.timeOrigin + performance.now();

function settingWithout(backend: BackendRuntime, backends: ReadonlyMap<string, BackendRuntime>): Setting {
  const none = new Map<string, never>();
  return {
    proxy: backend.settings,
    environment: {
      ...{ frontends: none, backends, tables: none, variables: new Map(), now, random: Math.random },
      ...{ hostName: 'here', stopping: false },
    },
    ports: {
      ...{ userlists: [], processId: 1, environmentVariable: () => undefined, file: () => undefined },
      buffers: { size: 16_384, reservedForRewriting: 1024, headers: 101, capturedCookie: 63, loggedUri: 1024 },
      ...{ formatOf: () => undefined, addressesOf: () => [], matchesHash: () => false, zoneOffset: () => 0 },
      isLocal: () => true,
    },
    uniqueId: () => undefined,
  };
}

function healthColumns({ check, health }: ServerRuntime): Record<string, string> {
  return {
    check_status: check?.status ?? 'INI',
    check_code: check?.code === undefined ? '' : String(check.code),
    check_desc: check?.description ?? 'Initializing',
    last_chk: check?.last ?? '',
    check_health: String(health),
  };
}

function agentColumns({ agent, userWeight }: ServerRuntime): Record<string, string> {
  return {
    agent_status: agent?.status ?? 'INI',
    agent_code: agent?.code === undefined ? '' : String(agent.code),
    agent_desc: agent?.description ?? 'Initializing',
    last_agt: agent?.last ?? '',
    weight: String(userWeight),
  };
}

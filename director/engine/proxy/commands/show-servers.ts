import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { OperationalState, ServerRuntime } from '../runtime/server-runtime.ts';
import { CommandError, backendOf, type Command, type Invocation } from './command.ts';

const STATE_HEAD =
  '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight ' +
  'srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state ' +
  'bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr ' +
  'srv_agent_addr srv_agent_port\n';
const CONNECTIONS_HEAD =
  '# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est unsafe_nb safe_nb idle_lim idle_cur ' +
  'idle_per_thr[1]\n';

const operational: Readonly<Record<OperationalState, number>> = { stopped: 0, starting: 1, running: 2, stopping: 3 };

/** Check statuses by HAProxy's numbers (include/haproxy/check-t.h). */
const checkStatuses = [
  ...['UNK', 'INI', 'START', 'CHECKED', 'HANA', 'SOCKERR', 'L4OK', 'L4TOUT', 'L4CON', 'L6OK', 'L6TOUT', 'L6RSP'],
  ...['L7TOUT', 'L7RSP', 'L57DATA', 'L7OK', 'L7OKC', 'L7STS', 'PROCERR', 'PROCTOUT', 'PROCOK'],
];
const numberOfStatus = (status: string): number => Math.max(0, checkStatuses.indexOf(status));

/** Bits: forced and inherited maintenance, disabled by the file, forced and inherited drain. */
function administrative({ administrative: state, settings }: ServerRuntime): number {
  const forced = state.maintenance ? 1 : 0;
  const inherited = state.inheritedMaintenance ? 2 : 0;
  const byFile = state.maintenance && settings.disabled ? 4 : 0;
  return forced | inherited | byFile | (state.drain ? 8 : 0) | (state.inheritedDrain ? 16 : 0);
}

/** Bits: running, configured, enabled, paused. */
function checkState(server: ServerRuntime): number {
  const { check, disabled } = server.settings;
  const isForced = server.administrative.maintenance && (check !== undefined || disabled);
  const configured = check === undefined ? 0 : 2 | (server.checking ? 4 : 0);
  return configured | (isForced ? 8 : 0);
}

function checkResult({ check }: ServerRuntime): number {
  if (check === undefined) return 0;
  if (check.status === 'L7OKC') return 4;
  return check.status.endsWith('OK') ? 3 : 2;
}

function stateLine(server: ServerRuntime, now: number): string {
  const { settings, backend } = server;
  const seconds = Math.max(0, Math.floor(now / 1000) - Math.floor(server.changedAt / 1000));
  const status = numberOfStatus(server.check?.status ?? 'INI');
  return `${[
    ...[backend.id, backend.settings.name, server.id, settings.name, server.address ?? '-'],
    ...[operational[server.operational], administrative(server), server.userWeight, server.initialWeight, seconds],
    ...[status, checkResult(server), health(server), checkState(server), agentState(server)],
    ...[backend.settings.id === undefined ? 0 : 1, settings.id === undefined ? 0 : 1],
    ...[nameOf(server), server.port, '-', settings.tls ? 1 : 0, ...checkPlaces(server)],
  ].join(' ')}\n`;
}

/** Bits: configured, enabled, and that it is an agent. */
const agentState = ({ settings, agentChecking }: ServerRuntime): number =>
  settings.agent === undefined ? 0 : 2 | 16 | (agentChecking ? 4 : 0);

/** The name that it was given instead of an address. */
function nameOf({ settings: { endpoint } }: ServerRuntime): string {
  return endpoint.kind === 'inet' && !/^[\d.]+$|:/.test(endpoint.host) ? endpoint.host : '-';
}

function checkPlaces({ settings, checkTarget, agentTarget }: ServerRuntime): (string | number)[] {
  const { check, agent } = settings;
  return [
    ...[checkTarget.port ?? check?.port ?? 0, checkTarget.address ?? check?.host ?? '-'],
    ...[agentTarget.address ?? agent?.host ?? '-', agentTarget.port ?? agent?.port ?? 0],
  ];
}

/** Servers without checks count as those that pass them all. */
function health(server: ServerRuntime): number {
  if (server.settings.check !== undefined) return server.health;
  return server.administrative.maintenance ? 0 : 2;
}

function connectionsLine(server: ServerRuntime): string {
  const { settings, backend, counters } = server;
  const { pool } = settings;
  return `${[
    ...[`${backend.settings.name}/${settings.name}`, `${backend.id}/${server.id}`, server.address ?? '-', server.port],
    ...['-', pool.purgeDelayMs, server.current, counters.sessionsMax, server.current, 0, server.idle],
    ...[pool.maxConnections, server.idle, server.idle],
  ].join(' ')}\n`;
}

function chosen({ scope, words }: Invocation): readonly BackendRuntime[] {
  const [name] = words;
  if (name === undefined) return [...scope.environment.backends.values()];
  const backend = backendOf(scope, name);
  if (backend === undefined) throw new CommandError("Can't find backend.\n");
  return [backend];
}

export const showServers: readonly Command[] = [
  {
    name: 'show servers conn',
    usage: 'show servers conn [<backend>]           : dump server connections status (all or for a single backend)',
    level: 'user',
    run: (invocation) =>
      CONNECTIONS_HEAD +
      chosen(invocation)
        .flatMap(({ servers }) => servers.map(connectionsLine))
        .join(''),
  },
  {
    name: 'show servers state',
    usage: 'show servers state [<backend>]          : dump volatile server information (all or for a single backend)',
    level: 'user',
    run: (invocation) =>
      `1\n${STATE_HEAD}` +
      chosen(invocation)
        .flatMap(({ servers }) => servers.map((server) => stateLine(server, invocation.now)))
        .join(''),
  },
  {
    name: 'show backend',
    usage: 'show backend                            : list backends in the current running config',
    level: 'user',
    run: ({ scope }) => `# name\n${[...scope.environment.backends.keys()].map((name) => `${name}\n`).join('')}`,
  },
];

import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { BackCounters, TimeAverages } from '../runtime/counters.ts';
import { WEIGHT_SCALE, type CheckReport, type ServerRuntime } from '../runtime/server-runtime.ts';
import { ROW_TYPE, type StatRow } from './columns.ts';
import { answersOf, NO_COMPRESSION, type RowContext } from './front-rows.ts';
import { serverStatus, type Tracked } from './server-status.ts';

export interface BackContext extends RowContext {
  readonly tracked: Tracked;
  /** Of a backend: at how many connections servers are at their limit. */
  fullConnections(backend: BackendRuntime): number;
}

const seconds = (from: number, now: number): number => Math.max(0, Math.floor(now / 1000) - Math.floor(from / 1000));

function timesOf({ queue, connect, response, total, ...max }: TimeAverages): Partial<StatRow> {
  return {
    ...{ qtime: queue.value, ctime: connect.value, rtime: response.value, ttime: total.value },
    ...{ qtime_max: max.queueMax, ctime_max: max.connectMax, rtime_max: max.responseMax, ttime_max: max.totalMax },
  };
}

function countsOf(counters: BackCounters): Partial<StatRow> {
  return {
    ...{ qmax: counters.queueMax, smax: counters.sessionsMax, stot: counters.sessions },
    ...{ bin: counters.bytesIn, bout: counters.bytesOut, dresp: counters.deniedResponses },
    ...{ econ: counters.connectionErrors, eresp: counters.responseErrors },
    ...{ wretr: counters.retries, wredis: counters.redispatches, lbtot: counters.balanced },
    ...{ rate_max: counters.sessionRateMax, cli_abrt: counters.clientAborts, srv_abrt: counters.serverAborts },
    ...{ wrew: counters.failedRewrites, eint: counters.internalErrors },
    ...{ connect: counters.connects, reuse: counters.reuses },
  };
}

const httpCounts = (counters: BackCounters): Partial<StatRow> => ({
  ...answersOf(counters.responses),
  req_tot: counters.requests,
});

const lastSession = (at: number | undefined, now: number): number => (at === undefined ? -1 : seconds(at, now));

export function serverRow(server: ServerRuntime, context: BackContext): StatRow {
  const { settings, backend, counters } = server;
  const { now, tracked } = context;
  const { maxConnections: limit } = server;
  const { tracks, maxQueue, backup, pool } = settings;
  return {
    ...{ pxname: backend.settings.name, svname: settings.name, type: ROW_TYPE.server },
    ...{ pid: 1, iid: backend.id, sid: server.id, mode: backend.settings.mode },
    ...countsOf(counters),
    ...{ qcur: server.queued, scur: server.current, ...(limit > 0 ? { slim: limit } : {}) },
    ...{ status: serverStatus(server, tracked), lastchg: seconds(server.changedAt, now) },
    ...{ weight: Math.ceil(server.effectiveWeight / WEIGHT_SCALE), uweight: server.userWeight },
    ...{ act: backup ? 0 : 1, bck: backup ? 1 : 0 },
    ...(maxQueue > 0 ? { qlimit: maxQueue } : {}),
    ...throttleOf(server, now),
    ...(tracks === undefined ? {} : { tracked: `${tracks.backend}/${tracks.server}` }),
    rate: server.sessionRate.rate(now),
    ...checkColumns(server, now),
    ...agentColumns(server),
    ...(backend.settings.mode === 'http' ? httpCounts(counters) : {}),
    ...(settings.observe === 'none' ? {} : { hanafail: counters.failedAnalyses }),
    lastsess: lastSession(server.lastSessionAt, now),
    ...timesOf(server.averages),
    ...(context.legends ? legendsOf(server) : {}),
    ...{ srv_icur: server.idle, ...(pool.maxConnections < 0 ? {} : { src_ilim: pool.maxConnections }) },
    ...{ idle_conn_cur: 0, safe_conn_cur: server.idle, used_conn_cur: server.current, need_conn_est: server.current },
  };
}

/** Downtime so far, seconds. */
function downSeconds(server: ServerRuntime, now: number): number {
  const running = server.operational === 'stopped' ? seconds(server.changedAt, now) : 0;
  return Math.floor(server.downMs / 1000) + running;
}

function throttleOf({ settings, operational, changedAt }: ServerRuntime, now: number): Partial<StatRow> {
  if (operational !== 'starting' || settings.slowStartMs === 0) return {};
  const total = Math.ceil(settings.slowStartMs / 1000);
  return { throttle: Math.min(100, Math.max(1, Math.floor((100 * seconds(changedAt, now)) / total))) };
}

function checkColumns(server: ServerRuntime, now: number): Partial<StatRow> {
  const { counters } = server;
  const { check } = server.settings;
  if (check === undefined || !server.checking) return {};
  return {
    ...{ chkfail: counters.failedChecks, chkdown: counters.transitionsDown, downtime: downSeconds(server, now) },
    // Checks rest while it is in maintenance.
    ...(server.inMaintenance ? {} : reportColumns('check', server.check)),
    ...(server.inMaintenance ? {} : { check_rise: check.rise, check_fall: check.fall, check_health: server.health }),
  };
}

function agentColumns({ settings, agent, agentChecking }: ServerRuntime): Partial<StatRow> {
  return settings.agent === undefined || !agentChecking ? {} : reportColumns('agent', agent);
}

function reportColumns(kind: 'check' | 'agent', report: CheckReport | undefined): Partial<StatRow> {
  const last = kind === 'check' ? 'last_chk' : 'last_agt';
  if (report === undefined) return { [`${kind}_status`]: 'INI', [`${kind}_desc`]: 'Initializing', [last]: '' };
  return {
    [`${kind}_status`]: report.status,
    ...(report.code === undefined ? {} : { [`${kind}_code`]: report.code }),
    ...(report.durationMs < 0 ? {} : { [`${kind}_duration`]: Math.floor(report.durationMs) }),
    [`${kind}_desc`]: report.description,
    [last]: report.last,
  };
}

/** `10.0.0.1:80`, `[::1]:80`, `unix`. */
export function placeOfServer({ settings, address, port }: ServerRuntime): string {
  if (settings.endpoint.kind === 'unix') return 'unix';
  const { relative } = settings.endpoint.port;
  const shown = address ?? '0.0.0.0';
  return `${shown.includes(':') ? `[${shown}]` : shown}:${relative && port >= 0 ? `+${port}` : port}`;
}

function legendsOf(server: ServerRuntime): Partial<StatRow> {
  const { cookie } = server;
  return { addr: placeOfServer(server), ...(cookie === undefined ? {} : { cookie }) };
}

export function backendRow(backend: BackendRuntime, context: BackContext): StatRow {
  const { settings, counters, back } = backend;
  const { now, legends } = context;
  const http = settings.mode === 'http';
  const usable = backend.servers.filter((server) => server.usable);
  const serving = backend.usableServers;
  const backups = usable.filter((server) => server.settings.backup).length;
  const isUp = usable.length > 0 || backend.servers.length === 0;
  const { cookie, balance } = back;
  return {
    ...{ pxname: settings.name, svname: 'BACKEND', type: ROW_TYPE.backend, pid: 1, iid: backend.id, sid: 0 },
    ...countsOf(counters),
    ...{ qcur: backend.queuedInAll, scur: backend.current, slim: context.fullConnections(backend) },
    ...{ dreq: counters.deniedRequests, status: isUp ? 'UP' : 'DOWN', mode: settings.mode },
    weight: Math.ceil(sum(serving, ({ effectiveWeight }) => effectiveWeight) / WEIGHT_SCALE),
    uweight: sum(serving, ({ userWeight }) => userWeight),
    ...{ act: usable.length - backups, bck: backups, chkdown: counters.transitionsDown },
    lastchg: seconds(backend.changedAt, now),
    ...(backend.servers.length === 0 ? {} : { downtime: downOf(backend, isUp, now) }),
    ...{ rate: backend.sessionRate.rate(now), lastsess: lastSession(backend.lastSessionAt, now) },
    ...(http ? { ...httpCounts(counters), cache_lookups: 0, cache_hits: 0 } : {}),
    ...NO_COMPRESSION,
    ...timesOf(backend.averages),
    ...(legends ? { algo: balance.method, ...(cookie === undefined ? {} : { cookie: cookie.name }) } : {}),
    ...{ agg_server_status: 0, agg_server_check_status: 0, agg_check_status: 0 },
  };
}

function downOf({ downMs, changedAt }: BackendRuntime, isUp: boolean, now: number): number {
  return Math.floor(downMs / 1000) + (isUp ? 0 : seconds(changedAt, now));
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

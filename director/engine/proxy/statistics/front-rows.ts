import type { FrontendRuntime, ListenerRuntime } from '../runtime/frontend-runtime.ts';
import type { FrontendCounters } from '../runtime/counters.ts';
import type { BindEndpoint } from '../endpoints.ts';
import { ROW_TYPE, type StatRow } from './columns.ts';

/** What all rows are made with. */
export interface RowContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Addresses, cookies, algorithms: for operators, and on pages with legends. */
  readonly legends: boolean;
  /** Of the process; the limit of a frontend that has none. */
  readonly maxConnections: number;
}

/** Answers by status, of rows of mode http. */
export function answersOf(responses: readonly number[]): Partial<StatRow> {
  const [other = 0, first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = responses;
  return {
    ...{ hrsp_1xx: first, hrsp_2xx: second, hrsp_3xx: third, hrsp_4xx: fourth, hrsp_5xx: fifth, hrsp_other: other },
  };
}

export const NO_COMPRESSION = { comp_in: 0, comp_out: 0, comp_byp: 0, comp_rsp: 0 } as const;

function arrivals(counters: FrontendCounters): Partial<StatRow> {
  return {
    ...{ smax: counters.sessionsMax, bin: counters.bytesIn, bout: counters.bytesOut },
    ...{ dreq: counters.deniedRequests, dresp: counters.deniedResponses, ereq: counters.requestErrors },
    ...{ dcon: counters.deniedConnections, dses: counters.deniedSessions },
    ...{ wrew: counters.failedRewrites, eint: counters.internalErrors },
  };
}

export function frontendRow(front: FrontendRuntime, { now, maxConnections }: RowContext): StatRow {
  const { settings, counters, state } = front;
  const http = settings.mode === 'http';
  return {
    ...{ pxname: settings.name, svname: 'FRONTEND', type: ROW_TYPE.frontend, pid: 1, iid: front.id, sid: 0 },
    ...arrivals(counters),
    ...{ scur: front.current, slim: front.maxConnections || maxConnections, stot: counters.sessions },
    status: state === 'open' ? 'OPEN' : state === 'full' ? 'FULL' : 'STOP',
    ...{ rate: front.sessionRate.rate(now), rate_lim: front.front.sessionRate, rate_max: counters.sessionRateMax },
    ...(http ? { ...answersOf(counters.responses), intercepted: counters.intercepted } : {}),
    ...(http ? { cache_lookups: 0, cache_hits: 0 } : {}),
    req_rate: front.requestRate.rate(now),
    ...{ req_rate_max: counters.requestRateMax, req_tot: counters.requests },
    ...NO_COMPRESSION,
    mode: settings.mode,
    ...{ conn_rate: front.connectionRate.rate(now), conn_rate_max: counters.connectionRateMax },
    conn_tot: counters.connections,
  };
}

export function listenerRow(front: FrontendRuntime, listener: ListenerRuntime, { legends }: RowContext): StatRow {
  const { settings } = front;
  const { counters, bind } = listener;
  const limit = bind.maxConnections ?? 0;
  const addr = legends ? placeOf(front, listener) : undefined;
  return {
    ...{ pxname: settings.name, svname: listener.name ?? `sock-${listener.id}`, type: ROW_TYPE.socket },
    ...{ pid: 1, iid: front.id, sid: listener.id },
    ...arrivals(counters),
    ...{ scur: listener.current, slim: limit, stot: counters.connections },
    status: limit > 0 && listener.current >= limit ? 'FULL' : 'OPEN',
    ...(addr === undefined ? {} : { addr }),
    mode: settings.mode,
  };
}

/** Where it listens; one bind line may have opened several sockets, in the order of its endpoints and their ports. */
function placeOf({ listeners }: FrontendRuntime, listener: ListenerRuntime): string | undefined {
  const before = listeners.filter(({ bind }) => bind === listener.bind).indexOf(listener);
  return listener.bind.endpoints.flatMap(placesOf)[before];
}

function placesOf(endpoint: BindEndpoint): string[] {
  if (endpoint.kind === 'unix') return ['unix'];
  if (endpoint.kind === 'descriptor') return [`fd@${endpoint.descriptor}`];
  const { host, ports } = endpoint;
  const shown = host === 'any' ? (endpoint.family === 6 ? '[::]' : '0.0.0.0') : host.includes(':') ? `[${host}]` : host;
  return Array.from({ length: ports.to - ports.from + 1 }, (_, index) => `${shown}:${ports.from + index}`);
}

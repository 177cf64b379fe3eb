import type { BackendRuntime } from '../../runtime/backend-runtime.ts';
import type { FrontendRuntime } from '../../runtime/frontend-runtime.ts';
import type { SampleValue } from '../../runtime/sample-value.ts';
import type { ServerRuntime } from '../../runtime/server-runtime.ts';
import { WEIGHT_SCALE } from '../../runtime/server-runtime.ts';
import type { StickEntries } from '../../runtime/stick-entries.ts';
import type { Setting } from '../setting.ts';
import type { Subject } from '../subject.ts';
import { TRUE, bool, int } from '../values.ts';
import { type FetchMaker, textAt } from './fetch.ts';

/** What is named may be made after the expression is: it is looked for when it is first asked for. */
function named<Named>(
  find: (setting: Setting, name: string) => Named | undefined,
  read: (found: Named, subject: Subject) => SampleValue | undefined,
): FetchMaker {
  return (given, setting) => {
    const name = textAt(given, 0);
    let found: Named | undefined;
    return {
      one: (subject) => {
        found ??= find(setting, name);
        return found === undefined ? undefined : read(found, subject);
      },
    };
  };
}

const ofBackend = (read: (backend: BackendRuntime, now: number) => number): FetchMaker =>
  named<BackendRuntime>(
    ({ environment }, name) => environment.backends.get(name),
    (backend, { now }) => int(read(backend, now)),
  );

const ofFrontend = (read: (frontend: FrontendRuntime, now: number) => number): FetchMaker =>
  named<FrontendRuntime>(
    ({ environment }, name) => environment.frontends.get(name),
    (frontend, { now }) => int(read(frontend, now)),
  );

export function findServer({ environment }: Setting, name: string): ServerRuntime | undefined {
  const slash = name.indexOf('/');
  return environment.backends.get(name.slice(0, slash))?.server(name.slice(slash + 1));
}

const ofServer = (read: (server: ServerRuntime, now: number) => number | boolean): FetchMaker =>
  named<ServerRuntime>(findServer, (server, { now }) => {
    const value = read(server, now);
    return typeof value === 'boolean' ? bool(value) : int(value);
  });

const ofTable = (read: (table: StickEntries) => number): FetchMaker =>
  named<StickEntries>(
    ({ environment }, name) => environment.tables.get(name),
    (table) => int(read(table)),
  );

const usable = (backend: BackendRuntime): number => backend.usableServers.length;

/** Streams that a usable server may still have, and with `queues` those that may wait for it; -1: any number. */
function freeSlots(backend: BackendRuntime, queues: boolean): number {
  let slots = 0;
  for (const { usable: isUsable, maxConnections, current, queued, settings } of backend.servers) {
    if (!isUsable) continue;
    if (maxConnections === 0 || (queues && settings.maxQueue === 0)) return -1;
    slots += maxConnections - current + (queues ? settings.maxQueue - queued : 0);
  }
  return slots;
}

function averageQueue(backend: BackendRuntime): number {
  const servers = usable(backend);
  return servers === 0 ? backend.queuedInAll : Math.ceil(backend.queuedInAll / servers);
}

/** Section 7.3.2: the states of proxies, servers and tables. */
export const proxyFetches = {
  stopping: (_, { environment }) => ({ one: () => bool(environment.stopping) }),
  wait_end: () => ({
    one: (subject) => {
      subject.missing();
      return subject.final ? TRUE : undefined;
    },
  }),
  avg_queue: ofBackend(averageQueue),
  be_conn: ofBackend(({ current }) => current),
  be_conn_free: ofBackend((backend) => freeSlots(backend, false)),
  be_sess_rate: ofBackend(({ sessionRate }, now) => sessionRate.rate(now)),
  connslots: ofBackend((backend) => freeSlots(backend, true)),
  nbsrv: ofBackend(usable),
  queue: ofBackend(({ queuedInAll }) => queuedInAll),
  fe_conn: ofFrontend(({ current }) => current),
  fe_req_rate: ofFrontend(({ requestRate }, now) => requestRate.rate(now)),
  fe_sess_rate: ofFrontend(({ sessionRate }, now) => sessionRate.rate(now)),
  srv_conn: ofServer(({ current }) => current),
  srv_conn_free: ofServer(({ maxConnections, current }) => (maxConnections === 0 ? -1 : maxConnections - current)),
  srv_is_up: ofServer(({ up }) => up),
  srv_iweight: ofServer(({ initialWeight }) => initialWeight),
  srv_queue: ofServer(({ queued }) => queued),
  srv_sess_rate: ofServer(({ sessionRate }, now) => sessionRate.rate(now)),
  srv_uweight: ofServer(({ userWeight }) => userWeight),
  srv_weight: ofServer(({ effectiveWeight }) => Math.ceil(effectiveWeight / WEIGHT_SCALE)),
  table_avl: ofTable(({ settings, size }) => settings.size - size),
  table_cnt: ofTable(({ size }) => size),
} satisfies Readonly<Record<string, FetchMaker>>;

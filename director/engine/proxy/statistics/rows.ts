import type { Proxy } from '../configuration.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { ProxyEnvironment } from '../runtime/environment.ts';
import type { FrontendRuntime } from '../runtime/frontend-runtime.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import { type BackContext, backendRow, serverRow } from './back-rows.ts';
import type { StatRow } from './columns.ts';
import { frontendRow, listenerRow } from './front-rows.ts';

/** Which rows are wanted. */
export interface Selection {
  /** Of proxies. */
  wants(proxy: Proxy, id: number): boolean;
  /** Bits by `ROW_TYPE`; -1: all. */
  readonly types: number;
  /** Of servers and sockets; -1: all. */
  readonly serverId: number;
  readonly hidesDown: boolean;
  readonly hidesMaintenance: boolean;
}

export const allRows: Selection = {
  ...{ wants: () => true, types: -1, serverId: -1, hidesDown: false, hidesMaintenance: false },
};

/** A proxy as it is now: its front, its back, or both. */
export interface RunningProxy {
  readonly settings: Proxy;
  readonly id: number;
  readonly front: FrontendRuntime | undefined;
  readonly back: BackendRuntime | undefined;
}

/** In the order of the file. */
export function runningProxies({ frontends, backends }: ProxyEnvironment): RunningProxy[] {
  const proxies = new Map<Proxy, RunningProxy>();
  for (const front of frontends.values()) {
    const { settings, id } = front;
    proxies.set(settings, { settings, id, front, back: undefined });
  }
  for (const back of backends.values()) {
    const { settings, id } = back;
    proxies.set(settings, { settings, id, front: proxies.get(settings)?.front, back });
  }
  return [...proxies.values()].sort((one, other) => one.id - other.id);
}

const FRONTEND = 1;
const BACKEND = 2;
const SERVER = 4;
const SOCKET = 8;

/** The rows of a proxy, in their order. */
export function rowsOf(proxy: RunningProxy, selection: Selection, context: BackContext): StatRow[] {
  const { front, back } = proxy;
  const rows: StatRow[] = front === undefined ? [] : frontRows(front, selection, context);
  if (back === undefined) return rows;
  const { types } = selection;
  if (types & SERVER) {
    const servers = back.servers.filter((server) => isWanted(server, selection));
    rows.push(...servers.map((server) => serverRow(server, context)));
  }
  if (!(types & BACKEND)) return rows;
  const row = backendRow(back, context);
  const hides = selection.hidesDown || selection.hidesMaintenance;
  rows.push(hides ? { ...row, status: `${row.status} (${usableOf(back)})` } : row);
  return rows;
}

/** Told where not all servers are shown. */
const usableOf = ({ servers }: BackendRuntime): string =>
  `${servers.filter(({ usable }) => usable).length}/${servers.length}`;

function frontRows(front: FrontendRuntime, { types, serverId }: Selection, context: BackContext): StatRow[] {
  const rows = types & FRONTEND ? [frontendRow(front, context)] : [];
  if (!(types & SOCKET) || !front.settings.socketStatistics) return rows;
  const listeners = front.listeners.filter(({ id }) => serverId === -1 || id === serverId);
  return [...rows, ...listeners.map((listener) => listenerRow(front, listener, context))];
}

function isWanted(server: ServerRuntime, { serverId, hidesDown, hidesMaintenance }: Selection): boolean {
  if (serverId !== -1 && server.id !== serverId) return false;
  if (server.inMaintenance) return !hidesMaintenance && !hidesDown;
  return !hidesDown || server.operational !== 'stopped';
}

/** Those that are not disabled: HAProxy has no more of those than their names. */
export const isShown = ({ settings }: RunningProxy): boolean => !settings.disabled;

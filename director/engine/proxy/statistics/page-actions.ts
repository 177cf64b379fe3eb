import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Outcome } from './html/outcomes.ts';
import { actions, type ServerAction } from './html/proxy-table.ts';
import type { ServerControl } from './server-control.ts';

const FROM = 'changed from Web interface';

type Doing = (server: ServerRuntime, control: ServerControl, now: number) => boolean;

const withoutTracking =
  (health: 'up' | 'stopping' | 'down'): Doing =>
  (server, control, now) => {
    if (server.settings.tracks !== undefined) return false;
    control.forceHealth(server, health, FROM, now);
    return true;
  };

const checks =
  (on: boolean): Doing =>
  (server) => {
    if (server.settings.check === undefined) return false;
    server.checking = on;
    return true;
  };

const agents =
  (on: boolean): Doing =>
  (server) => {
    if (server.settings.agent === undefined) return false;
    server.agentChecking = on;
    return true;
  };

const forcedAgent =
  (up: boolean): Doing =>
  (server, control, now) => {
    if (server.settings.agent === undefined || !server.agentChecking) return false;
    control.forceAgent(server, up, FROM, now);
    return true;
  };

const mode =
  (wanted: 'ready' | 'drain' | 'maint'): Doing =>
  (server, control, now) => {
    control.setMode(server, wanted, now);
    return true;
  };

/** Each answers whether it has to do with the server at all. */
const doings: Readonly<Record<ServerAction, Doing>> = {
  ready: mode('ready'),
  drain: mode('drain'),
  maint: mode('maint'),
  dhlth: checks(false),
  ehlth: checks(true),
  hrunn: withoutTracking('up'),
  hnolb: withoutTracking('stopping'),
  hdown: withoutTracking('down'),
  dagent: agents(false),
  eagent: agents(true),
  arunn: forcedAgent(true),
  adown: forcedAgent(false),
  shutdown: (server, control, now) => {
    control.endStreams(server, now);
    return true;
  },
};

const isAction = (text: string): text is ServerAction => actions.some(([value]) => value === text);

function findBackend(backends: ReadonlyMap<string, BackendRuntime>, key: string): BackendRuntime | undefined {
  if (!key.startsWith('#')) return backends.get(key);
  const id = Number(key.slice(1));
  return [...backends.values()].find((backend) => backend.id === id);
}

const last = (parameters: readonly (readonly [string, string])[], name: string): string | undefined =>
  parameters.findLast(([key]) => key === name)?.[1];

/** The form's fields: `s` for each server, `action`, `b` for the backend. Does it, and answers what has become of it. */
export function obeyForm(
  body: string,
  backends: ReadonlyMap<string, BackendRuntime>,
  control: ServerControl,
  now: number,
): Outcome {
  const parameters = readForm(body);
  const action = last(parameters, 'action');
  const key = last(parameters, 'b');
  if (action !== undefined && !isAction(action)) return 'ERRP';
  const backend = key === undefined ? undefined : findBackend(backends, key);
  if (key !== undefined && backend === undefined) return 'ERRP';
  if (action === undefined || backend === undefined) return 'NONE';
  const servers = parameters.flatMap(([name, value]) => (name === 's' ? [value] : [])).toReversed();
  return doAll(
    action,
    servers.map((name) => backend.server(name)),
    control,
    now,
  );
}

function doAll(
  action: ServerAction,
  servers: readonly (ServerRuntime | undefined)[],
  control: ServerControl,
  now: number,
): Outcome {
  let meant = 0;
  let done = 0;
  for (const server of servers) {
    const did = server !== undefined && doings[action](server, control, now);
    if (did) done++;
    if (did || server === undefined) meant++;
  }
  if (meant === 0) return 'NONE';
  if (done === 0) return 'ERRP';
  return done === meant ? 'DONE' : 'PART';
}

function readForm(body: string): (readonly [string, string])[] {
  return body.split('&').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at === -1 ? [] : [[decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))] as const];
  });
}

const decoded = (text: string): string =>
  text
    .replaceAll('+', ' ')
    .replaceAll(/%([\dA-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));

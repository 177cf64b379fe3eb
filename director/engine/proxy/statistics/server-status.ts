import type { ServerRuntime } from '../runtime/server-runtime.ts';

/** The server at the end of the chain of those that track one another: its checks count. */
export type Tracked = (server: ServerRuntime) => ServerRuntime | undefined;

export function checkedBy(server: ServerRuntime, tracked: Tracked): ServerRuntime {
  let one = server;
  for (let next = tracked(one); next !== undefined; next = tracked(one)) one = next;
  return one;
}

const checks = (server: ServerRuntime): boolean => server.settings.check !== undefined && server.checking;
const agentChecks = (server: ServerRuntime): boolean => server.settings.agent !== undefined && server.agentChecking;

/** Whether its checks say no worse than the best. */
function isWhole({ settings, health }: ServerRuntime): boolean {
  const { check } = settings;
  return check === undefined || health >= check.rise + check.fall - 1;
}

/** Column `status` of a server. */
export function serverStatus(server: ServerRuntime, tracked: Tracked): string {
  const reference = checkedBy(server, tracked);
  const { inheritedMaintenance, maintenance } = server.administrative;
  if (inheritedMaintenance) {
    const via = tracked(server) ?? server;
    return `MAINT (via ${via.backend.settings.name}/${via.settings.name})`;
  }
  if (maintenance) return 'MAINT';
  if (server.operational === 'stopped') return whenStopped(reference);
  if (server.operational === 'stopping') {
    const whole = (!checks(server) && server === reference) || isWhole(reference);
    return whole ? 'NOLB' : `NOLB ${progress(reference)}`;
  }
  return whenRunning(server, reference);
}

function whenRunning(server: ServerRuntime, reference: ServerRuntime): string {
  const goingDown = checks(reference) && !isWhole(reference);
  if (server.draining) {
    if (agentChecks(reference)) return 'DRAIN (agent)';
    return goingDown ? `DRAIN ${progress(reference)}` : 'DRAIN';
  }
  if (goingDown) return `UP ${progress(reference)}`;
  return checks(reference) ? 'UP' : 'no check';
}

function whenStopped(reference: ServerRuntime): string {
  if (agentChecks(reference) && reference.agent !== undefined && !isGood(reference.agent.status)) return 'DOWN (agent)';
  const goingUp = checks(reference) && reference.health > 0;
  return goingUp ? `DOWN ${progress(reference)}` : 'DOWN';
}

const isGood = (status: string): boolean => status === 'L7OK' || status === 'L7OKC';

/** How many checks of those that are needed for another state. */
function progress({ settings, health, operational }: ServerRuntime): string {
  const { rise = 1, fall = 1 } = settings.check ?? {};
  return operational === 'stopped' ? `${health}/${rise}` : `${health - rise + 1}/${fall}`;
}

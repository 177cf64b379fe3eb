import { describe, expect, it } from 'vitest';
import { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { OperationalState, ServerRuntime } from '../runtime/server-runtime.ts';
import { backSide, listenSettings, serverSettings } from '../testing/settings.ts';
import { serverStatus } from './server-status.ts';
import { serverClass } from './html/back-cells.ts';
import { serverRow } from './back-rows.ts';

const check = { intervalMs: 2000, rise: 2, fall: 3, alpn: [], sendProxy: false };
const agent = { port: 9, intervalMs: 2000 };

function server(differing: Parameters<typeof serverSettings>[1] = { check }): ServerRuntime {
  const back = backSide({
    servers: [serverSettings('s1', differing), serverSettings('s2', { tracks: { backend: 'web', server: 's1' } })],
  });
  return new BackendRuntime(listenSettings({ back }), 2, 0).servers[0] as ServerRuntime;
}

const alone = (): undefined => undefined;

function statusOf(one: ServerRuntime, operational: OperationalState, health: number): string {
  one.operational = operational;
  one.health = health;
  return serverStatus(one, alone);
}

const classOf = (one: ServerRuntime): string =>
  serverClass(serverRow(one, { now: 0, legends: false, maxConnections: 0, tracked: alone, fullConnections: () => 1 }));

describe('the status of servers', () => {
  it.each([
    ['running', 4, 'UP', 'active_up'],
    ['running', 3, 'UP 2/3', 'active_going_down'],
    ['stopped', 0, 'DOWN', 'active_down'],
    ['stopped', 1, 'DOWN 1/2', 'active_going_up'],
    ['stopping', 4, 'NOLB', 'active_nolb'],
    ['stopping', 2, 'NOLB 1/3', 'active_going_down'],
  ] as const)('%s with health %d is %s', (operational, health, status, style) => {
    const one = server();
    expect(statusOf(one, operational, health)).toBe(status);
    expect(classOf(one)).toBe(style);
  });

  it('tells drain, maintenance and servers that nobody checks', () => {
    const one = server({ check, backup: true });
    one.administrative.drain = true;
    one.effectiveWeight = 0;
    expect([statusOf(one, 'running', 4), statusOf(one, 'running', 2)]).toEqual(['DRAIN', 'DRAIN 1/3']);
    expect([statusOf(one, 'running', 4), classOf(one)]).toEqual(['DRAIN', 'backup_draining']);
    one.administrative.maintenance = true;
    expect([statusOf(one, 'stopped', 0), classOf(one)]).toEqual(['MAINT', 'maintain']);
    const unchecked = server({});
    expect([statusOf(unchecked, 'running', 1), classOf(unchecked)]).toEqual(['no check', 'active_no_check']);
    expect(statusOf(unchecked, 'stopped', 0)).toBe('DOWN');
  });

  it('follows who is tracked', () => {
    const one = server();
    const follower = one.backend.servers[1] as ServerRuntime;
    const tracked = (each: ServerRuntime): ServerRuntime | undefined => (each === follower ? one : undefined);
    one.health = 3;
    expect(serverStatus(follower, tracked)).toBe('UP 2/3');
    follower.administrative.inheritedMaintenance = true;
    expect(serverStatus(follower, tracked)).toBe('MAINT (via web/s1)');
  });

  it('blames the agent', () => {
    const one = server({ agent });
    one.agent = { status: 'L7STS', durationMs: 1, description: 'down', last: '' };
    expect(statusOf(one, 'stopped', 0)).toBe('DOWN (agent)');
    one.administrative.drain = true;
    expect(statusOf(one, 'running', 1)).toBe('DRAIN (agent)');
  });
});

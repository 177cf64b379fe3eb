import { describe, expect, it } from 'vitest';
import { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import { backSide, listenSettings, serverSettings } from '../testing/settings.ts';
import { backendRow, serverRow, type BackContext } from './back-rows.ts';

const check = { intervalMs: 2000, rise: 2, fall: 3, alpn: [], sendProxy: false };
const at = (now: number): BackContext => ({
  ...{ now, legends: true, maxConnections: 0, tracked: () => undefined, fullConnections: () => 7 },
});

function backend(): BackendRuntime {
  const servers = [
    serverSettings('s1', { check, weight: 3, slowStartMs: 10_000 }),
    serverSettings('s2', { backup: true }),
  ];
  return new BackendRuntime(listenSettings({ back: backSide({ servers }) }), 2, 1500);
}

describe('rows of servers and backends', () => {
  it('counts how long they were down, in whole seconds', () => {
    const one = backend();
    const [server] = one.servers as readonly [ServerRuntime];
    server.downMs = 2500;
    expect(serverRow(server, at(9000))).toMatchObject({ downtime: 2, lastchg: 8, lastsess: -1 });
    server.operational = 'stopped';
    expect(serverRow(server, at(9000)).downtime).toBe(10);
    expect(backendRow(one, at(9000))).toMatchObject({
      downtime: 0,
      act: 0,
      bck: 1,
      weight: 1,
      uweight: 1,
      status: 'UP',
    });
    (one.servers[1] as ServerRuntime).operational = 'stopped';
    expect(backendRow(one, at(9000))).toMatchObject({ downtime: 8, status: 'DOWN', weight: 0, slim: 7 });
  });

  it('says how far a server has warmed up', () => {
    const [server] = backend().servers as readonly [ServerRuntime];
    server.operational = 'starting';
    server.effectiveWeight = 20;
    expect(serverRow(server, at(6500))).toMatchObject({ throttle: 50, weight: 2, uweight: 3 });
  });

  it('shows where checks stand, but not in maintenance', () => {
    const [server] = backend().servers as readonly [ServerRuntime];
    expect(serverRow(server, at(0))).toMatchObject({ check_status: 'INI', check_rise: 2, check_fall: 3 });
    server.check = { status: 'L7STS', code: 500, durationMs: 3.7, description: 'Layer7 wrong status', last: 'no' };
    expect(serverRow(server, at(0))).toMatchObject({ check_status: 'L7STS', check_code: 500, check_duration: 3 });
    server.administrative.maintenance = true;
    expect(serverRow(server, at(0)).check_status).toBeUndefined();
    server.checking = false;
    expect(serverRow(server, at(0)).chkfail).toBeUndefined();
  });
});

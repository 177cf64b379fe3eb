import { expect, test } from 'vitest';
import type { DirectorSnapshot } from './snapshot.ts';
import { foldDirector, serviceId } from './fold.ts';

const check = {
  protocol: 'TCP',
  serviceAddress: '192.168.1.202',
  servicePort: 80,
  serverAddress: '10.0.100.2',
  serverPort: 80,
  kind: 'TCP_CHECK',
  up: true,
  reason: 'connected',
  since: 1,
} as const;
const snapshot: DirectorSnapshot = {
  version: '0',
  pid: 1,
  startedAt: 0,
  configFile: '/etc/keepalived/keepalived.conf',
  plane: { name: 'packet', reason: '' },
  masquerading: false,
  instances: [
    {
      name: 'VI_E',
      version: 2,
      vrid: 51,
      interface: 'eth0',
      state: 'BACKUP',
      priority: 100,
      advertIntervalMs: 1000,
      virtualAddresses: [],
      since: 1,
    },
    {
      name: 'VI_I',
      version: 2,
      vrid: 52,
      interface: 'eth1',
      state: 'BACKUP',
      priority: 100,
      advertIntervalMs: 1000,
      virtualAddresses: [],
      since: 1,
    },
  ],
  services: [],
  checks: [check],
};

test('nothing is known of a director before its snapshot', () => {
  expect(foldDirector(undefined, { type: 'table', at: 1, services: [] })).toBeUndefined();
  expect(foldDirector(undefined, { type: 'snapshot', at: 1, snapshot })).toBe(snapshot);
});

test('a change of state is that of its instance alone', () => {
  const after = foldDirector(snapshot, {
    type: 'vrrp-state',
    at: 9,
    instance: 'VI_I',
    vrid: 52,
    from: 'BACKUP',
    to: 'MASTER',
    reason: '',
  });
  expect(after?.instances.map(({ state, since }) => [state, since])).toEqual([
    ['BACKUP', 1],
    ['MASTER', 9],
  ]);
});

test('a check replaces what was known of the same server, and only that', () => {
  const other = { ...check, serverAddress: '10.0.100.3' };
  const down = { ...check, up: false, reason: 'refused' };
  const after = [other, down].reduce<DirectorSnapshot | undefined>(
    (state, next) => foldDirector(state, { type: 'check', at: 2, check: next }),
    snapshot,
  );
  expect(after?.checks).toEqual([other, down]);
});

test('checks of another kind or of another mark are others', () => {
  const others = [
    { ...check, kind: 'HTTP_GET' },
    { ...check, protocol: 'FWM' as const, mark: 7 },
    { ...check, protocol: 'FWM' as const, mark: 8 },
  ];
  const after = others.reduce<DirectorSnapshot | undefined>(
    (state, next) => foldDirector(state, { type: 'check', at: 2, check: next }),
    snapshot,
  );
  expect(after?.checks).toHaveLength(4);
});

test('a service has one name', () => {
  expect(serviceId({ protocol: 'TCP', address: '10.0.0.1', port: 80 })).toBe('TCP 10.0.0.1:80');
  expect(serviceId({ protocol: 'UDP', address: '2001:db8::1', port: 53 })).toBe('UDP [2001:db8::1]:53');
  expect(serviceId({ protocol: 'FWM', address: '0.0.0.0', port: 0, mark: 7 })).toBe('FWM 7');
  expect(serviceId({ protocol: 'FWM', address: '::', port: 0, mark: 7 })).toBe('FWM 7 IPv6');
});

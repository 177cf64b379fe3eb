import { expect, it } from 'vitest';
import type { DirectorSnapshot } from '../api/snapshot.ts';
import { server, service } from './ipvsadm/testing.ts';
import { formatStatus } from './status.ts';

const snapshot: DirectorSnapshot = {
  version: '0.1.0',
  pid: 7,
  startedAt: 0,
  configFile: '/etc/keepalived/keepalived.conf',
  plane: { name: 'packet', reason: 'it works everywhere' },
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
      virtualAddresses: ['192.168.1.200', '192.168.1.202'],
      since: 0,
      masterAddress: '192.168.1.101',
    },
  ],
  services: [
    service('192.168.1.200', {
      protocol: 'UDP',
      port: 53,
      realServers: [server('10.0.100.6', { port: 53, inactiveConnections: 3 })],
    }),
    service('0.0.0.0', {
      protocol: 'FWM',
      port: 0,
      mark: 7,
      scheduler: 'sh',
      schedulerFlags: ['sh-port'],
      persistence: { timeoutSeconds: 50, mask: '255.255.255.0' },
      realServers: [server('10.0.100.7', { port: 0, forwarding: 'gate', upperThreshold: 9, lowerThreshold: 5 })],
    }),
  ],
  checks: [
    {
      protocol: 'UDP',
      serviceAddress: '192.168.1.200',
      servicePort: 53,
      serverAddress: '10.0.100.5',
      serverPort: 53,
      kind: 'TCP_CHECK',
      up: false,
      reason: 'connection refused',
      since: 0,
    },
  ],
};

it('names the master of a backup, the servers in the table, and those that are down with the reason', () => {
  expect(formatStatus(snapshot).split('\n')).toEqual([
    'director 0.1.0, process 7, /etc/keepalived/keepalived.conf',
    'forwarding: packet (it works everywhere); masquerading: no',
    'VI_E: BACKUP since 1970-01-01T00:00:00.000Z, master is 192.168.1.101',
    '  VRRP 2, router 51 on eth0, priority 100: 192.168.1.200, 192.168.1.202',
    'UDP 192.168.1.200:53 rr',
    '  10.0.100.6:53 by NAT, weight 1, 0 active and 3 inactive connections',
    '  10.0.100.5:53 is down: connection refused',
    'FWM 7 sh (sh-port), persistent 50 s by 255.255.255.0',
    '  10.0.100.7:0 by direct routing, weight 1, 0 active and 0 inactive connections, at most 9 and again below 5',
  ]);
});

it('names the sorry server, who is kept back for it, and what somebody has taken out by hand', () => {
  const place = { protocol: 'UDP', address: '192.168.1.200', port: 53 } as const;
  const configured: DirectorSnapshot['configured'] = [
    {
      ...place,
      quorumUp: false,
      sorryServer: { address: '10.0.100.6', port: 53, active: true },
      withheld: [{ address: 'fd00::8', port: 53 }],
      missing: [{ address: '10.0.100.9', port: 53 }],
    },
    { ...place, port: 54, quorumUp: true, withheld: [], missing: 'service' },
  ];
  expect(formatStatus({ ...snapshot, instances: [], configured }).split('\n')).toEqual([
    'director 0.1.0, process 7, /etc/keepalived/keepalived.conf',
    'forwarding: packet (it works everywhere); masquerading: no',
    'UDP 192.168.1.200:53 rr',
    '  10.0.100.6:53 (sorry server) by NAT, weight 1, 0 active and 3 inactive connections',
    '  10.0.100.5:53 is down: connection refused',
    '  [fd00::8]:53 is up, but not in use: the quorum is lost',
    '  10.0.100.9:53 is not in the table: taken out by hand, stays out until the director starts again',
    'FWM 7 sh (sh-port), persistent 50 s by 255.255.255.0',
    '  10.0.100.7:0 by direct routing, weight 1, 0 active and 0 inactive connections, at most 9 and again below 5',
    'UDP 192.168.1.200:54 is not in the table: taken out by hand, stays out until the director starts again',
  ]);
});

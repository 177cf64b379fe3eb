import { beforeEach, describe, expect, it } from 'vitest';
import { REFUSED } from './balancer.ts';
import { flow, TableBench } from './table-bench.ts';

const WEB = 'tcp 10.0.0.100:80';
const VIRTUAL = '10.0.0.100:80';
const [ONE, TWO] = ['172.16.1.2:8080', '172.16.2.2:8080'];
const CLIENT = '10.0.0.2:1000';

let made: TableBench;

beforeEach(() => {
  made = new TableBench();
  made.addService(WEB, { scheduler: 'rr' });
  made.addServer(WEB, ONE);
});

/** State, seconds left and the server's counts of the first entry. */
function seen(): string {
  const [entry] = made.entries();
  return `${entry?.state ?? ''} ${String(entry?.expiresInSeconds ?? '')} ${made.counts()[0] ?? ''}`;
}

describe('a connection', () => {
  it('goes through the states with their timeouts, active until it ends', () => {
    const steps = [
      () => made.send('tcp', CLIENT, VIRTUAL),
      () => made.answer('tcp', ONE, CLIENT, 'SYN+ACK'),
      () => made.send('tcp', CLIENT, VIRTUAL, 'ACK'),
      () => made.send('tcp', CLIENT, VIRTUAL, 'FIN+ACK'),
      () => made.answer('tcp', ONE, CLIENT, 'FIN+ACK'),
    ];
    expect(steps.map((step) => (step(), seen()))).toEqual([
      'SYN_RECV 60 1/0',
      'SYN_RECV 60 1/0',
      'ESTABLISHED 900 1/0',
      'CLOSE_WAIT 60 0/1',
      'TIME_WAIT 120 0/1',
    ]);
    made.pass(120_250);
    expect(made.counts()).toEqual(['0/0']);
  });

  it('through gate and tunnel is guessed from one side, until an answer is seen', () => {
    made.editServer(WEB, ONE, { forwarding: 'gate' });
    const steps = ['SYN', 'ACK', 'FIN+ACK'].map((flags) => (made.send('tcp', CLIENT, VIRTUAL, flags), seen()));
    expect(steps).toEqual(['SYN_RECV 60 1/0', 'ESTABLISHED 900 1/0', 'FIN_WAIT 120 0/1']);
    made.send('tcp', '10.0.0.3:1000', VIRTUAL);
    made.send('tcp', '10.0.0.3:1000', VIRTUAL, 'ACK');
    expect(made.answer('tcp', VIRTUAL, '10.0.0.3:1000')).toBe(true);
    made.send('tcp', '10.0.0.3:1000', VIRTUAL, 'FIN+ACK');
    expect(made.entries().map(({ state }) => state)).toEqual(['FIN_WAIT', 'CLOSE_WAIT']);
  });

  it('obeys --set from its next packet on', () => {
    made.send('tcp', CLIENT, VIRTUAL);
    made.send('tcp', CLIENT, VIRTUAL, 'ACK');
    made.run({ type: 'set-timeouts', timeouts: { tcpSeconds: 50, tcpFinSeconds: 0, udpSeconds: 7 } });
    expect(seen()).toBe('ESTABLISHED 900 1/0');
    made.send('tcp', CLIENT, VIRTUAL, 'ACK');
    expect(seen()).toBe('ESTABLISHED 50 1/0');
  });

  it('is not begun by anything but a SYN, unless sloppy_tcp is on', () => {
    expect(made.send('tcp', CLIENT, VIRTUAL, 'ACK')).toBe('notFirstSegment');
    expect(made.send('tcp', CLIENT, VIRTUAL, 'SYN+RST')).toBe('notFirstSegment');
    made.sysctl('sloppy_tcp', 1);
    expect(made.send('tcp', CLIENT, VIRTUAL, 'RST')).toBe('notFirstSegment');
    expect(made.send('tcp', CLIENT, VIRTUAL, 'ACK')).toBe(ONE);
  });

  it('finds no service, no server, or the port that the client asked for', () => {
    expect(made.send('tcp', CLIENT, '10.0.0.100:81')).toBe('noService');
    made.editServer(WEB, ONE, { weight: 0 });
    expect(made.send('tcp', CLIENT, VIRTUAL)).toBe('noServer');
    made.addService('fwm 3', { scheduler: 'rr' });
    made.addServer('fwm 3', '172.16.1.2:0');
    expect(made.send('udp', CLIENT, '10.9.9.9:5353', '', 3)).toBe('172.16.1.2:5353');
    made.addService('tcp 10.0.0.101:0');
    expect(made.send('tcp', CLIENT, '10.0.0.101:81')).toBe('noServer');
  });
});

describe('a SYN on an old entry', () => {
  const close = (): void => {
    for (const flags of ['SYN', 'ACK', 'FIN+ACK']) made.send('tcp', CLIENT, VIRTUAL, flags);
    made.answer('tcp', ONE, CLIENT, 'FIN+ACK');
    made.addServer(WEB, TWO);
    // The list is two, one, and the pointer is at one.
    made.send('tcp', '10.0.0.9:9', VIRTUAL);
  };

  it('is scheduled anew in TIME_WAIT', () => {
    close();
    made.send('tcp', '10.0.0.9:10', VIRTUAL);
    expect(made.send('tcp', CLIENT, VIRTUAL)).toBe(TWO);
    expect(made.entries()).toHaveLength(3);
  });

  it('stays where it was with conn_reuse_mode 0', () => {
    close();
    made.sysctl('conn_reuse_mode', 0);
    made.send('tcp', '10.0.0.9:10', VIRTUAL);
    expect(made.send('tcp', CLIENT, VIRTUAL)).toBe(ONE);
  });

  it('in FIN_WAIT of a gate server needs bit 2', () => {
    made.editServer(WEB, ONE, { forwarding: 'gate' });
    for (const flags of ['SYN', 'ACK', 'FIN+ACK']) made.send('tcp', CLIENT, VIRTUAL, flags);
    made.addServer(WEB, TWO, { forwarding: 'gate' });
    made.send('tcp', '10.0.0.9:9', VIRTUAL);
    made.send('tcp', '10.0.0.9:10', VIRTUAL);
    expect(made.send('tcp', CLIENT, VIRTUAL)).toBe(ONE);
    for (const flags of ['ACK', 'FIN+ACK']) made.send('tcp', CLIENT, VIRTUAL, flags);
    made.sysctl('conn_reuse_mode', 3);
    expect(made.send('tcp', CLIENT, VIRTUAL)).toBe(TWO);
  });

  it('is still counted for its server while the new connection is scheduled', () => {
    made.editService(WEB, { scheduler: 'lc' });
    for (const flags of ['SYN', 'ACK', 'FIN+ACK']) made.send('tcp', CLIENT, VIRTUAL, flags);
    made.answer('tcp', ONE, CLIENT, 'FIN+ACK');
    made.addServer(WEB, TWO);
    made.deleteServer(WEB, ONE);
    made.addServer(WEB, ONE);
    expect(made.counts()).toEqual(['0/1', '0/0']);
    expect(made.send('tcp', CLIENT, VIRTUAL)).toBe(TWO);
    expect(made.counts()).toEqual(['0/0', '1/0']);
  });
});

describe('a removed server', () => {
  beforeEach(() => {
    made.send('tcp', CLIENT, VIRTUAL);
    made.deleteServer(WEB, ONE);
    made.addServer(WEB, TWO);
  });

  it('swallows the packets of its entries', () => {
    expect(made.send('tcp', CLIENT, VIRTUAL, 'ACK')).toBe('serverRemoved');
  });

  it('with expire_nodest_conn loses them, and a SYN is scheduled anew at once', () => {
    made.sysctl('expire_nodest_conn', 1);
    expect(made.send('tcp', CLIENT, VIRTUAL, 'ACK')).toBe('notFirstSegment');
    expect(made.entries()).toEqual([]);
    expect(made.send('tcp', CLIENT, VIRTUAL)).toBe(TWO);
  });

  it('takes its connections with it when expire_nodest_conn was set before, and no others', () => {
    made.sysctl('expire_nodest_conn', 1);
    made.addServer(WEB, ONE, { weight: 100 });
    expect([1, 2, 3].map((port) => made.send('tcp', `10.0.0.3:${port}`, VIRTUAL)).toSorted()).toContain(TWO);
    made.deleteServer(WEB, ONE);
    made.pass(250);
    expect(made.entries().map(({ serverAddress }) => serverAddress)).toEqual([TWO.replace(/:.*/, '')]);
  });

  it('with expire_nodest_conn and weight 0 loses a connection whose SYN comes again', () => {
    made.sysctl('expire_nodest_conn', 1);
    expect(made.send('tcp', CLIENT, VIRTUAL)).toBe(TWO);
    made.editServer(WEB, TWO, { weight: 0 });
    made.addServer(WEB, ONE);
    expect(made.send('tcp', CLIENT, VIRTUAL)).toBe(ONE);
  });
});

describe('thresholds', () => {
  const connect = (count: number, first = 2000): string[] =>
    Array.from({ length: count }, (_, index) => made.send('tcp', `10.0.0.2:${String(first + index)}`, VIRTUAL));

  it('stop new connections at the upper one, until fewer than three quarters are left', () => {
    made.editServer(WEB, ONE, { upperThreshold: 4 });
    expect(connect(6)).toEqual([ONE, ONE, ONE, ONE, 'noServer', 'noServer']);
    made.send('tcp', '10.0.0.2:2000', VIRTUAL, 'RST');
    for (const port of [2001, 2002]) {
      made.send('tcp', `10.0.0.2:${String(port)}`, VIRTUAL, 'ACK');
      made.send('tcp', `10.0.0.2:${String(port)}`, VIRTUAL, 'RST');
    }
    expect(made.counts()).toEqual(['2/2']);
    made.pass(10_250);
    expect(made.counts()).toEqual(['2/0']);
    expect(connect(3, 3000)).toEqual([ONE, ONE, 'noServer']);
  });

  it('take effect and end with an edit', () => {
    connect(3);
    made.editServer(WEB, ONE, { upperThreshold: 3 });
    expect(connect(1, 3000)).toEqual(['noServer']);
    made.editServer(WEB, ONE, { upperThreshold: 6, lowerThreshold: 5 });
    expect(connect(1, 3000)).toEqual([ONE]);
    made.editServer(WEB, ONE, { upperThreshold: 0 });
    expect(connect(9, 4000)).not.toContain('noServer');
  });
});

describe('a full table', () => {
  it('under a flood of SYNs gives up the oldest half-open connections, and never established ones', () => {
    made = new TableBench(100);
    made.addService(WEB, { scheduler: 'rr' });
    made.addServer(WEB, ONE);
    for (let port = 1001; port <= 1050; port++)
      for (const flags of ['SYN', 'ACK']) made.send('tcp', `10.0.0.2:${String(port)}`, VIRTUAL, flags);
    for (let port = 2001; port <= 12_000; port++)
      expect(made.send('tcp', `10.6.6.6:${String(port)}`, VIRTUAL)).toBe(ONE);
    const states = made.entries().map(({ state, clientPort }) => ({ state, clientPort }));
    expect(states.filter(({ state }) => state === 'ESTABLISHED')).toHaveLength(50);
    const flood = states.filter(({ state }) => state === 'SYN_RECV').map(({ clientPort }) => clientPort);
    expect(Math.min(...flood)).toBe(11_951);
    expect(made.counts()).toEqual(['100/0']);
  });

  it('of established connections refuses new ones', () => {
    made = new TableBench(20);
    made.addService(WEB, { scheduler: 'rr' });
    made.addServer(WEB, ONE);
    for (let port = 1001; port <= 1020; port++)
      for (const flags of ['SYN', 'ACK']) made.send('tcp', `10.0.0.2:${String(port)}`, VIRTUAL, flags);
    expect(made.send('tcp', CLIENT, VIRTUAL)).toBe('tableFull');
    expect(made.send('tcp', '10.0.0.2:1007', VIRTUAL, 'ACK')).toBe(ONE);
  });
});

describe('one-packet scheduling', () => {
  it('spreads the datagrams of one client and leaves no entry', () => {
    made.addService('udp 10.0.0.100:53', { scheduler: 'rr', onePacket: true });
    for (const server of ['172.16.1.2:53', '172.16.2.2:53']) made.addServer('udp 10.0.0.100:53', server);
    const picks = [1, 2, 3].map(() => made.send('udp', CLIENT, '10.0.0.100:53'));
    expect(picks).toEqual(['172.16.2.2:53', '172.16.1.2:53', '172.16.2.2:53']);
    expect(made.entries()).toEqual([]);
    expect(made.table()[1]).toMatchObject({ onePacket: true, counters: { connections: 3, inPackets: 3 } });
  });
});

describe('an ICMP error about a flow without an entry', () => {
  it('makes one only with schedule_icmp, in state NONE for three seconds', () => {
    const quoted = flow('tcp', CLIENT, VIRTUAL);
    expect(made.balancer.admitQuoted(quoted, made.now)).toBe(REFUSED.noService);
    made.sysctl('schedule_icmp', 1);
    expect(made.balancer.admitQuoted(quoted, made.now)).toBe(0);
    expect(seen()).toBe('NONE 3 0/1');
    expect(made.balancer.admitQuoted(flow('tcp', CLIENT, '10.0.0.100:81'), made.now)).toBe(REFUSED.noService);
  });
});

describe('defences', () => {
  it('drop_packet 3 drops every am_droprate-th new connection', () => {
    made.sysctl('am_droprate', 3);
    made.sysctl('drop_packet', 3);
    const fates = Array.from({ length: 7 }, (_, index) => made.send('tcp', `10.0.0.2:${String(index + 1)}`, VIRTUAL));
    expect(fates.map((fate) => (fate === ONE ? '+' : fate))).toEqual([
      'overloaded',
      '+',
      '+',
      'overloaded',
      '+',
      '+',
      'overloaded',
    ]);
  });

  it('secure_tcp 3 takes the other state table', () => {
    made.sysctl('secure_tcp', 3);
    made.send('tcp', CLIENT, VIRTUAL);
    made.send('tcp', CLIENT, VIRTUAL, 'ACK');
    expect(seen()).toBe('SYN_RECV 60 1/0');
  });

  it('backup_only leaves all packets alone while a backup runs', () => {
    made.sysctl('backup_only', 1);
    expect(made.send('tcp', CLIENT, VIRTUAL)).toBe(ONE);
    const daemon = { interface: 'eth0', syncId: 0, maximumLength: 0, group: '224.0.0.81', port: 8848, ttl: 1 };
    made.run({ type: 'start-sync', daemon: { role: 'backup', ...daemon } });
    expect(made.send('tcp', CLIENT, VIRTUAL)).toBe('noService');
  });
});

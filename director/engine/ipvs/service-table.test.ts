import { describe, expect, it } from 'vitest';
import { flow, serviceKey, TableBench } from './table-bench.ts';

const WEB = 'tcp 10.0.0.100:80';

function bench(): TableBench {
  const made = new TableBench();
  made.addService(WEB, { scheduler: 'rr' });
  return made;
}

describe("the kernel's answers to commands", () => {
  it('about services', () => {
    const made = new TableBench();
    expect([
      made.addService(WEB),
      made.addService(WEB, { scheduler: 'rr' }),
      made.addService('udp 10.0.0.100:80'),
      made.addService('tcp [2001:db8::1]:80'),
      made.addService('fwm 7'),
      made.addService('fwm6 7'),
      made.addService('fwm 7'),
      made.addService('tcp 10.0.0.100:81', { scheduler: 'best' }),
      made.addService('tcp 10.0.0.100:81', { scheduler: 'none' }),
      made.editService('tcp 10.0.0.100:82'),
      made.editService(WEB, { scheduler: 'best' }),
      made.run({ type: 'delete-service', service: serviceKey('tcp 10.0.0.100:82') }),
      made.run({ type: 'zero', service: serviceKey('tcp 10.0.0.100:82') }),
      made.run({ type: 'delete-service', service: serviceKey('fwm 7') }),
      made.run({ type: 'delete-service', service: serviceKey('fwm 7') }),
    ]).toEqual([
      ...['ok', 'EEXIST', 'ok', 'ok', 'ok', 'ok', 'EEXIST', 'ENOENT', 'ok', 'ESRCH', 'ENOENT', 'ESRCH', 'ESRCH'],
      ...['ok', 'ESRCH'],
    ]);
  });

  it('about persistence', () => {
    const made = new TableBench();
    const add = (service: string, mask: string, engine?: string): string =>
      made.addService(service, { persistence: { timeoutSeconds: 10, mask, ...(engine && { engine }) } });
    expect([
      add(WEB, '255.255.255.0'),
      add('tcp [2001:db8::1]:80', '64'),
      add('tcp [2001:db8::2]:80', '0'),
      add('tcp [2001:db8::2]:80', '129'),
      add('tcp 10.0.0.100:81', '24'),
      add('tcp 10.0.0.100:82', '255.255.255.255', 'sip'),
    ]).toEqual(['ok', 'ok', 'EINVAL', 'EINVAL', 'EINVAL', 'ENOENT']);
  });

  it('about servers', () => {
    const made = bench();
    const server = '172.16.1.2:80';
    expect([
      made.addServer('tcp 10.0.0.100:81', server),
      made.addServer(WEB, server),
      made.addServer(WEB, server, { weight: 5 }),
      made.editServer(WEB, '172.16.1.3:80'),
      made.editServer(WEB, server, { upperThreshold: 5, lowerThreshold: 6 }),
      made.editServer(WEB, server, { lowerThreshold: 1 }),
      made.editServer(WEB, server, { upperThreshold: 0x8000_0000 }),
      made.editServer(WEB, server, { upperThreshold: 0x7fff_ffff }),
      made.addServer(WEB, '172.16.1.9:80', { tunnel: { type: 'gue', port: 0, checksum: 'none' }, forwarding: 'ipip' }),
      made.deleteServer(WEB, '172.16.1.3:80'),
      made.deleteServer('tcp 10.0.0.100:81', server),
      made.deleteServer(WEB, server),
      made.deleteServer(WEB, server),
      ...['0.0.0.0:80', '224.0.0.5:80', '255.255.255.255:80', 'nonsense:80'].map((one) => made.addServer(WEB, one)),
    ]).toEqual([
      ...['ESRCH', 'ok', 'EEXIST', 'ENOENT', 'ERANGE', 'ERANGE', 'EINVAL', 'ok', 'EINVAL', 'ENOENT', 'ESRCH'],
      ...['ok', 'ENOENT', 'EINVAL', 'EINVAL', 'EINVAL', 'EINVAL'],
    ]);
  });

  it('about servers of the other family: only through a tunnel, and not while connections are synchronised', () => {
    const made = bench();
    const [other, another] = ['[2001:db8::2]:80', '[2001:db8::3]:80'];
    const daemon = {
      role: 'master',
      interface: 'eth0',
      syncId: 1,
      maximumLength: 0,
      group: '224.0.0.81',
      port: 8848,
      ttl: 1,
    } as const;
    expect([
      made.addServer(WEB, other),
      made.addServer(WEB, other, { forwarding: 'gate' }),
      made.addServer(WEB, other, { forwarding: 'ipip' }),
      made.run({ type: 'start-sync', daemon }),
      made.deleteServer(WEB, other),
      made.run({ type: 'start-sync', daemon }),
      made.addServer(WEB, another, { forwarding: 'ipip' }),
    ]).toEqual(['EINVAL', 'EINVAL', 'ok', 'EINVAL', 'ok', 'ok', 'EINVAL']);
  });

  it('about sync daemons, timeouts and sysctls', () => {
    const made = new TableBench();
    const daemon = {
      role: 'backup',
      interface: 'eth0',
      syncId: 1,
      maximumLength: 0,
      group: '224.0.0.81',
      port: 8848,
      ttl: 1,
    } as const;
    const timeouts = { tcpSeconds: 0, tcpFinSeconds: 0, udpSeconds: 0 };
    expect([
      made.run({ type: 'stop-sync', role: 'backup' }),
      made.run({ type: 'start-sync', daemon: { ...daemon, group: '10.0.0.1' } }),
      made.run({ type: 'start-sync', daemon: { ...daemon, group: 'ff02::81' } }),
      made.run({ type: 'start-sync', daemon }),
      made.run({ type: 'start-sync', daemon: { ...daemon, role: 'master' } }),
      made.run({ type: 'stop-sync', role: 'backup' }),
      made.run({ type: 'set-timeouts', timeouts: { ...timeouts, tcpSeconds: 8_589_935 } }),
      made.run({ type: 'set-timeouts', timeouts: { ...timeouts, udpSeconds: 8_589_934 } }),
      made.sysctl('nonsense', 1),
      made.sysctl('sync_threshold', 50, 3),
      made.sysctl('sync_threshold', 5, 60),
      made.sysctl('drop_entry', 4),
      made.sysctl('sync_ports', 3),
      made.sysctl('expire_nodest_conn', 1, 2),
    ]).toEqual([
      ...['ESRCH', 'EINVAL', 'ok', 'EEXIST', 'ok', 'ok', 'EINVAL', 'ok', 'ENOENT', 'EINVAL', 'ok', 'EINVAL', 'EINVAL'],
      'EINVAL',
    ]);
    expect(made.services.timeouts.get()).toEqual({ tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 8_589_934 });
    expect(made.services.sysctls.all().sync_threshold).toEqual([5, 60]);
  });
});

describe('the order of things', () => {
  it('services go by mark, family, protocol, address and port, with the signed subtraction of ipvsadm', () => {
    const made = new TableBench();
    for (const one of [
      'fwm 9',
      'fwm 7',
      'udp 10.0.0.1:53',
      'tcp [2001:db8::1]:80',
      'tcp 10.0.0.2:80',
      'tcp 192.168.0.1:80',
    ])
      made.addService(one);
    made.addService('tcp 10.0.0.2:8');
    const names = made
      .table()
      .map(({ protocol, address, port, mark }) => `${protocol} ${address} ${String(mark ?? port)}`);
    expect(names).toEqual([
      'TCP 192.168.0.1 80',
      'TCP 10.0.0.2 8',
      'TCP 10.0.0.2 80',
      'UDP 10.0.0.1 53',
      'TCP 2001:db8::1 80',
      'FWM 0.0.0.0 7',
      'FWM 0.0.0.0 9',
    ]);
  });

  it('servers are shown by address and port, and know their place in the list: the newest is the first', () => {
    const made = bench();
    for (const one of ['172.16.1.9:80', '172.16.1.2:81', '172.16.1.2:80']) made.addServer(WEB, one);
    made.editServer(WEB, '172.16.1.9:80', { weight: 7 });
    const shown = made.servers().map(({ address, port, order }) => `${address}:${String(port)} ${String(order)}`);
    expect(shown).toEqual(['172.16.1.2:80 0', '172.16.1.2:81 1', '172.16.1.9:80 2']);
  });
});

describe('which service a packet finds', () => {
  const found = (made: TableBench, protocol: 'tcp' | 'udp', to: string, mark = 0): string | undefined =>
    made.services.find(flow(protocol, to.startsWith('[') ? '[::9]:9' : '9.9.9.9:9', to, mark))?.name;

  it('the mark first, then address and port, then FTP data, then all ports', () => {
    const made = new TableBench();
    for (const one of [WEB, 'tcp 10.0.0.100:21', 'tcp 10.0.0.100:0', 'fwm 7', 'udp 10.0.0.100:53'])
      made.addService(one);
    expect([
      found(made, 'tcp', '10.0.0.100:80', 7),
      found(made, 'tcp', '10.0.0.100:80', 8),
      found(made, 'tcp', '10.0.0.100:20'),
      found(made, 'tcp', '10.0.0.100:1024'),
      found(made, 'tcp', '10.0.0.100:1023'),
      found(made, 'udp', '10.0.0.100:1024'),
      found(made, 'udp', '10.0.0.100:53'),
      found(made, 'tcp', '10.0.0.101:80'),
      found(made, 'tcp', '[::1]:80', 7),
    ]).toEqual([
      ...['FWM 7', 'TCP 10.0.0.100:80', 'TCP 10.0.0.100:21', 'TCP 10.0.0.100:21', 'TCP 10.0.0.100:0', undefined],
      ...['UDP 10.0.0.100:53', undefined, undefined],
    ]);
  });

  it('a service that is gone is not found', () => {
    const made = bench();
    made.run({ type: 'flush' });
    expect([found(made, 'tcp', '10.0.0.100:80'), made.table()]).toEqual([undefined, []]);
  });
});

describe('servers that leave and come back', () => {
  const start = (): TableBench => {
    const made = bench();
    made.addServer(WEB, '172.16.1.2:80');
    made.send('tcp', '10.0.0.2:1000', '10.0.0.100:80');
    return made;
  };

  it('find their connections and counters, and are the first of the list', () => {
    const made = start();
    made.addServer(WEB, '172.16.1.3:80');
    made.deleteServer(WEB, '172.16.1.2:80');
    made.addServer(WEB, '172.16.1.2:80');
    expect(made.servers()[0]).toMatchObject({
      order: 0,
      activeConnections: 1,
      counters: { connections: 1, inPackets: 1 },
    });
  });

  it('have no counters but their connections when the service itself went and came back', () => {
    const made = start();
    made.run({ type: 'delete-service', service: serviceKey(WEB) });
    expect(made.send('tcp', '10.0.0.2:1000', '10.0.0.100:80', 'ACK')).toBe('serverRemoved');
    made.addService(WEB);
    made.addServer(WEB, '172.16.1.2:80');
    expect(made.servers()[0]).toMatchObject({ activeConnections: 1, counters: { connections: 0 } });
  });

  it('are forgotten two to four minutes after their last connection', () => {
    const made = start();
    made.deleteServer(WEB, '172.16.1.2:80');
    made.pass(120_000);
    made.addServer(WEB, '172.16.1.2:80');
    expect(made.servers()[0]?.counters.connections).toBe(1);
    made.deleteServer(WEB, '172.16.1.2:80');
    made.pass(300_000);
    made.addServer(WEB, '172.16.1.2:80');
    expect(made.servers()[0]?.counters.connections).toBe(0);
  });
});

describe('figures', () => {
  it('of server, service and all together count and are zeroed apart', () => {
    const made = bench();
    made.addServer(WEB, '172.16.1.2:80');
    made.send('tcp', '10.0.0.2:1000', '10.0.0.100:80');
    made.answer('tcp', '172.16.1.2:80', '10.0.0.2:1000');
    const counters = { connections: 1, inPackets: 1, outPackets: 1, inBytes: 40, outBytes: 40 };
    expect([made.table()[0]?.counters, made.servers()[0]?.counters, made.services.totals.totals()]).toEqual([
      counters,
      counters,
      counters,
    ]);
    made.run({ type: 'zero', service: serviceKey(WEB) });
    expect([made.servers()[0]?.counters.connections, made.services.totals.totals().connections]).toEqual([0, 1]);
    made.send('tcp', '10.0.0.2:1000', '10.0.0.100:80', 'ACK');
    expect(made.table()[0]?.counters.inPackets).toBe(1);
    made.run({ type: 'zero' });
    expect(made.services.totals.totals().inPackets).toBe(0);
  });

  it('rates go a quarter of the way every two seconds, and to 0 when zeroed', () => {
    const made = bench();
    made.addServer(WEB, '172.16.1.2:80');
    const rates = [1, 2, 3].map(() => {
      for (let count = 0; count < 200; count++) made.send('tcp', '10.0.0.2:1000', '10.0.0.100:80');
      made.pass(2000);
      return made.services.totals.rates().inPacketsPerSecond;
    });
    expect(rates).toEqual([25, 44, 58]);
    made.run({ type: 'zero' });
    expect(made.servers()[0]?.rates.inPacketsPerSecond).toBe(0);
    made.sysctl('run_estimation', 0);
    made.send('tcp', '10.0.0.2:1000', '10.0.0.100:80');
    expect(made.services.estimate()).toBe(false);
  });
});

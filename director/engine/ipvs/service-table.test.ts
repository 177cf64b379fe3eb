import { describe, expect, it } from 'vitest';
import { frame } from '../packet/packet-builder.ts';
import { ForwarderBench, service } from './forwarder-bench.ts';

const VIRTUAL = '192.168.1.202';
const web = service('TCP', `${VIRTUAL}:80`, { '10.0.100.2:80': 1, '10.0.100.3:80': 1 });

describe('applying a table', () => {
  it('shows services by protocol, address and port, servers by address and port', () => {
    const bench = new ForwarderBench();
    bench.apply(
      service('UDP', '10.0.0.1:53', {}),
      service('TCP', '10.0.0.2:80', { '10.1.0.9:80': 1, '10.1.0.10:80': 2 }),
      service('TCP', '9.0.0.1:443', {}),
    );
    expect(
      bench
        .table()
        .map(({ protocol, address, port, realServers }) => [
          protocol,
          address,
          port,
          realServers.map((one) => one.address),
        ]),
    ).toEqual([
      ['TCP', '9.0.0.1', 443, []],
      ['TCP', '10.0.0.2', 80, ['10.1.0.9', '10.1.0.10']],
      ['UDP', '10.0.0.1', 53, []],
    ]);
  });

  it('keeps counters and connections of what stays, and takes new weights', () => {
    const bench = new ForwarderBench();
    bench.hold(VIRTUAL);
    bench.apply(web);
    bench.send(frame('192.168.1.10', VIRTUAL).tcp(1, 80, 'SYN'));
    bench.apply(service('TCP', `${VIRTUAL}:80`, { '10.0.100.3:80': 5, '10.0.100.4:80': 1 }));
    expect(bench.table()[0]).toMatchObject({
      counters: { connections: 1 },
      realServers: [
        { address: '10.0.100.3', weight: 5, activeConnections: 1 },
        { address: '10.0.100.4', weight: 1, activeConnections: 0 },
      ],
    });
  });

  it('forgets a removed server two minutes after its last connection', () => {
    const bench = new ForwarderBench();
    bench.hold(VIRTUAL);
    bench.apply(service('TCP', `${VIRTUAL}:80`, { '10.0.100.2:80': 1 }));
    bench.send(frame('192.168.1.10', VIRTUAL).tcp(1, 80, 'SYN'));
    bench.apply(service('TCP', `${VIRTUAL}:80`, {}));
    bench.pass(121_000);
    bench.apply(service('TCP', `${VIRTUAL}:80`, {}));
    bench.apply(service('TCP', `${VIRTUAL}:80`, { '10.0.100.2:80': 1 }));
    expect(bench.table()[0]?.realServers[0]?.counters.connections).toBe(0);
  });

  it('zeroes a server whose whole service went and came back, but finds its connections', () => {
    const bench = new ForwarderBench();
    bench.hold(VIRTUAL);
    bench.apply(web);
    bench.send(frame('192.168.1.10', VIRTUAL).tcp(1, 80, 'SYN'));
    bench.apply();
    expect(bench.send(frame('192.168.1.10', VIRTUAL).tcp(1, 80, 'ACK')).verdict).toBe('drop: server-removed');
    bench.apply(web);
    expect(bench.table()[0]?.realServers[1]).toMatchObject({ activeConnections: 1, counters: { connections: 0 } });
  });

  it('says what it cannot do and does the rest', () => {
    const bench = new ForwarderBench();
    const [server] = web.realServers;
    const problems = bench.apply(
      { ...web, scheduler: 'wlc' },
      { ...web, port: 81, realServers: [{ ...server!, forwarding: 'gate' }, ...web.realServers] },
      { ...web, address: 'fe80::1' },
    );
    expect(problems).toEqual([
      'The service address fe80::1 is not an IPv4 address',
      'The packet plane has no scheduler wlc (it has rr): TCP 192.168.1.202:80 is left out',
      'The packet plane cannot forward by gate yet: 10.0.100.2:80 is left out of TCP 192.168.1.202:81',
    ]);
    expect(bench.table()).toMatchObject([
      { port: 81, realServers: [{ address: '10.0.100.2' }, { address: '10.0.100.3' }] },
    ]);
  });
});

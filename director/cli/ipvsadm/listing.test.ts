import { describe, expect, it } from 'vitest';
import type { ConnectionSnapshot } from '../../api/snapshot.ts';
import { formatDaemons, formatTimeouts } from './format.ts';
import { ipvsadm, server, service, ShownTable } from './testing.ts';

const marked = service('0.0.0.0', {
  protocol: 'FWM',
  port: 0,
  mark: 7,
  scheduler: 'mh',
  schedulerFlags: ['mh-fallback', 'mh-port'],
  persistence: { timeoutSeconds: 360, mask: '255.255.255.255' },
  realServers: [server('172.16.3.2', { port: 0, forwarding: 'gate', weight: 2 })],
});
/** The golden table of the research, made by ipvsadm 1.31 on a real kernel. */
const golden = [
  service('10.0.0.100', {
    port: 0,
    persistence: { timeoutSeconds: 360, mask: '255.255.255.0' },
    realServers: [server('172.16.1.2', { port: 0 })],
  }),
  service('10.0.0.100', {
    protocol: 'UDP',
    port: 53,
    scheduler: 'sed',
    onePacket: true,
    realServers: [server('172.16.1.2', { port: 53, forwarding: 'ipip' })],
  }),
  service('2001:db8::1', { port: 443, scheduler: 'wlc', persistence: { timeoutSeconds: 50, mask: '64' } }),
  marked,
];

const out = async (line: string, table = new ShownTable(golden)): Promise<string[]> => {
  const { stdout, stderr, exitCode } = await ipvsadm(line, table);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return stdout.split('\n');
};

describe('ipvsadm -L', () => {
  it('prints services of all kinds as ipvsadm 1.31 does, blanks at line ends included', async () => {
    expect(await out('-Ln')).toEqual([
      'IP Virtual Server version 1.2.1 (size=4096)',
      'Prot LocalAddress:Port Scheduler Flags',
      '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
      'TCP  10.0.0.100:0 rr persistent 360 mask 255.255.255.0',
      '  -> 172.16.1.2:0                 Masq    1      0          0         ',
      'UDP  10.0.0.100:53 sed ops',
      '  -> 172.16.1.2:53                Tunnel  1      0          0         ',
      'TCP  [2001:db8::1]:443 wlc persistent 50 mask 64',
      'FWM  7 mh (mh-fallback,mh-port) persistent 360',
      '  -> 172.16.3.2:0                 Route   2      0          0         ',
      '',
    ]);
  });

  it('prints one service without the banner, and says when there is none', async () => {
    expect(await out('-L -n -f 7')).toEqual([
      'Prot LocalAddress:Port Scheduler Flags',
      '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
      'FWM  7 mh (mh-fallback,mh-port) persistent 360',
      '  -> 172.16.3.2:0                 Route   2      0          0         ',
      '',
    ]);
    const missing = await ipvsadm('-L -t 10.0.0.7:80', new ShownTable(golden));
    expect(missing).toEqual({ exitCode: 1, stdout: '', stderr: 'No such service\n' });
  });

  it('prints the titles and columns of the other listings', async () => {
    const rows = async (option: string): Promise<string[]> => (await out(`-Ln ${option} -f 7`)).slice(0, 4);
    expect(await rows('--thresholds')).toEqual([
      'Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn ',
      '  -> RemoteAddress:Port',
      'FWM  7 mh (mh-fallback,mh-port) persistent 360',
      '  -> 172.16.3.2:0                 0          0          0          0         ',
    ]);
    expect(await rows('--persistent-conn')).toEqual([
      'Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn ',
      '  -> RemoteAddress:Port',
      'FWM  7 mh (mh-fallback,mh-port) persistent 360',
      '  -> 172.16.3.2:0                 2         0           0          0         ',
    ]);
    expect(await rows('--tun-info')).toEqual([
      'Prot LocalAddress:Port Scheduler Flags',
      '  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn',
      'FWM  7 mh (mh-fallback,mh-port) persistent 360',
      '  -> 172.16.3.2:0                 Route   n/a           2      0          0         ',
    ]);
  });

  it('shows what kind of tunnel leads to a server', async () => {
    const tunnels = [
      server('10.1.0.1', { forwarding: 'ipip' }),
      server('10.1.0.2', { forwarding: 'ipip', tunnel: { type: 'gue', port: 6080, checksum: 'remote-checksum' } }),
      server('10.1.0.3', { forwarding: 'ipip', tunnel: { type: 'gre', port: 0, checksum: 'checksum' } }),
    ];
    const table = new ShownTable([service('10.0.0.1', { realServers: tunnels })]);
    const rows = (await out('-Ln --tun-info', table)).slice(4, 7);
    expect(rows.map((row) => row.slice(33, 62))).toEqual(
      [' Tunnel  ipip          1      ', ' Tunnel  gue:6080:r+c  1      ', ' Tunnel  gre:+c        1      '].map(
        (row) => row.slice(0, 29),
      ),
    );
  });

  it('prints counters nine wide and shortens the large ones', async () => {
    const large = { connections: 12, inPackets: 99_999_999, outPackets: 100_000_000, inBytes: 1e9, outBytes: 1e11 };
    const table = new ShownTable([
      service('192.168.1.202', { counters: large, realServers: [server('10.0.100.2', { counters: large })] }),
    ]);
    expect((await out('-Ln --stats', table)).slice(1)).toEqual([
      'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes',
      '  -> RemoteAddress:Port',
      'TCP  192.168.1.202:80                   12 99999999  100000K    1000M     100G',
      '  -> 10.0.100.2:80                      12 99999999  100000K    1000M     100G',
      '',
    ]);
    expect((await out('-Ln --stats --exact', table))[3]).toBe(
      'TCP  192.168.1.202:80                   12 99999999 100000000 1000000000 100000000000',
    );
  });

  it('prints whole rates, and never shortens the first three of a server', async () => {
    const rates = {
      connectionsPerSecond: 100_000_000,
      inPacketsPerSecond: 7.9,
      outPacketsPerSecond: 5,
      inBytesPerSecond: 640,
      outBytesPerSecond: 1e9,
    };
    const table = new ShownTable([service('10.0.0.1', { rates, realServers: [server('10.0.1.1', { rates })] })]);
    expect((await out('-Ln --rate', table)).slice(1)).toEqual([
      'Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS',
      '  -> RemoteAddress:Port',
      'TCP  10.0.0.1:80                   100000K        7        5      640    1000M',
      '  -> 10.0.1.1:80                  100000000        7        5      640    1000M',
      '',
    ]);
  });

  it('sorts by address and port, --nosort in the order of the table', async () => {
    const servers = [
      server('10.0.1.2', { order: 0 }),
      server('10.0.1.1', { port: 81, order: 1 }),
      server('10.0.1.1', { order: 2 }),
    ];
    const table = new ShownTable([service('10.0.0.1', { realServers: servers })]);
    const names = async (line: string): Promise<string[]> =>
      (await out(line, table)).slice(4, 7).map((row) => row.slice(5, 16).trim());
    expect(await names('-Ln')).toEqual(['10.0.1.1:80', '10.0.1.1:81', '10.0.1.2:80']);
    expect(await names('-Ln --nosort')).toEqual(['10.0.1.2:80', '10.0.1.1:81', '10.0.1.1:80']);
  });

  it('sorts services as the subtraction in libipvs does, which overflows', async () => {
    const table = new ShownTable([
      service('192.168.1.1'),
      service('10.0.0.1'),
      marked,
      service('10.0.0.1', { protocol: 'UDP' }),
    ]);
    const rows = (await out('-Ln', table)).slice(3, 6);
    expect(rows).toEqual(['TCP  192.168.1.1:80 rr', 'TCP  10.0.0.1:80 rr', 'UDP  10.0.0.1:80 rr']);
  });

  it('prints the names that the machine knows without -n, cut to their column', async () => {
    const table = new ShownTable([service('192.168.1.202', { realServers: [server('10.9.9.9')] })]);
    expect((await out('', table)).slice(3)).toEqual([
      'TCP  www.example.org:http rr',
      '  -> 10.9.9.9:http                Masq    1      0          0         ',
      '',
    ]);
  });

  it('prints flags that mean nothing to sh as empty brackets, as the real one does', async () => {
    const table = new ShownTable([service('10.0.0.1', { scheduler: 'sh', schedulerFlags: ['flag-3'] })]);
    expect((await out('-Ln', table))[3]).toBe('TCP  10.0.0.1:80 sh ()');
  });
});

describe('ipvsadm -L -c', () => {
  const connection: ConnectionSnapshot = {
    protocol: 'TCP',
    state: 'TIME_WAIT',
    expiresInSeconds: 118,
    clientAddress: '10.0.0.2',
    clientPort: 35412,
    virtualAddress: '10.0.0.100',
    virtualPort: 80,
    serverAddress: '172.16.3.2',
    serverPort: 80,
    origin: 'local',
  };

  it('prints entries and templates', async () => {
    const template: ConnectionSnapshot = {
      ...connection,
      protocol: 'IP',
      state: 'ASSURED',
      expiresInSeconds: 6000,
      clientPort: 0,
      virtualAddress: '0.0.0.7',
      virtualPort: 0,
      serverPort: 0,
    };
    expect(await out('-Lcn', new ShownTable([], [connection, template]))).toEqual([
      'IPVS connection entries',
      'pro expire state       source             virtual            destination',
      'TCP 01:58  TIME_WAIT   10.0.0.2:35412     10.0.0.100:80      172.16.3.2:80',
      'IP  100:00 ASSURED     10.0.0.2:0         0.0.0.7:0          172.16.3.2:0',
      '',
    ]);
  });

  it('has columns for persistence engines', async () => {
    expect((await out('-L -c -n --persistent-conn', new ShownTable([], [])))[1]).toBe(
      'pro expire state       source             virtual            destination        pe name          pe_data',
    );
  });
});

describe('the short listings', () => {
  it('print timeouts and daemons', async () => {
    expect(await out('-L --timeout')).toEqual(['Timeout (tcp tcpfin udp): 900 120 300', '']);
    expect(await out('-L --daemon')).toEqual(['']);
    expect(formatTimeouts({ tcpSeconds: 1, tcpFinSeconds: 2, udpSeconds: 3 })).toBe(
      'Timeout (tcp tcpfin udp): 1 2 3\n',
    );
    const daemon = { interface: 'vc', syncId: 5, maximumLength: 1472, group: '224.0.0.81', port: 8848, ttl: 1 };
    expect(
      formatDaemons([
        { ...daemon, role: 'backup' },
        { ...daemon, role: 'master' },
      ]),
    ).toBe(
      'master sync daemon (mcast=vc, syncid=5, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)\n' +
        'backup sync daemon (mcast=vc, syncid=5, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)\n',
    );
  });
});

describe('ipvsadm -S', () => {
  it('prints the rules that -R reads', async () => {
    expect(await out('-Sn')).toEqual([
      '-A -t 10.0.0.100:0 -s rr -p 360 -M 255.255.255.0',
      '-a -t 10.0.0.100:0 -r 172.16.1.2:0 -m -w 1',
      '-A -u 10.0.0.100:53 -s sed -o',
      '-a -u 10.0.0.100:53 -r 172.16.1.2:53 -i -w 1 --tun-type ipip',
      '-A -t [2001:db8::1]:443 -s wlc -p 50 -M 64',
      '-A -f 7 -s mh -p 360 -b mh-fallback,mh-port',
      '-a -f 7 -r 172.16.3.2:0 -g -w 2',
      '',
    ]);
  });

  it('writes down how tunnels are set', async () => {
    const tunnels = [
      server('10.1.0.2', { forwarding: 'ipip', tunnel: { type: 'gue', port: 6080, checksum: 'none' } }),
      server('10.1.0.3', { forwarding: 'ipip', tunnel: { type: 'gre', port: 0, checksum: 'checksum' } }),
      server('10.1.0.4', { forwarding: 'local' }),
    ];
    expect((await out('-S -n', new ShownTable([service('::1', { realServers: tunnels })]))).slice(1)).toEqual([
      '-a -t [::1]:80 -r 10.1.0.2:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum',
      '-a -t [::1]:80 -r 10.1.0.3:80 -i -w 1 --tun-type gre --tun-csum',
      '-a -t [::1]:80 -r 10.1.0.4:80 -g -w 1',
      '',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { RealServerSnapshot, VirtualServiceSnapshot } from '../api/snapshot.ts';
import { parseEndpointNames } from './endpoint-names.ts';
import { formatConnections, formatServices, numericNames } from './ipvsadm-format.ts';

const counters = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
const rates = {
  connectionsPerSecond: 0,
  inPacketsPerSecond: 0,
  outPacketsPerSecond: 0,
  inBytesPerSecond: 0,
  outBytesPerSecond: 0,
};

function server(address: string, fields: Partial<RealServerSnapshot> = {}): RealServerSnapshot {
  const empty = { activeConnections: 0, inactiveConnections: 0, counters, rates };
  return { address, port: 80, forwarding: 'masq', weight: 1, ...empty, ...fields };
}

const web: VirtualServiceSnapshot = {
  protocol: 'TCP',
  address: '192.168.1.202',
  port: 80,
  scheduler: 'rr',
  counters,
  rates,
  realServers: [
    server('10.0.100.2', { activeConnections: 3, inactiveConnections: 12 }),
    server('10.0.100.3', { weight: 65535, forwarding: 'gate' }),
  ],
};
const dns: VirtualServiceSnapshot = { ...web, protocol: 'UDP', address: '192.168.1.200', port: 53, realServers: [] };

describe('ipvsadm -L', () => {
  it('prints the table as ipvsadm 1.31 does, blanks at line ends included', () => {
    const text = formatServices([web, dns], { kind: 'table', exact: false, names: numericNames });
    expect(text.split('\n')).toEqual([
      'IP Virtual Server version 1.2.1 (size=4096)',
      'Prot LocalAddress:Port Scheduler Flags',
      '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
      'TCP  192.168.1.202:80 rr',
      '  -> 10.0.100.2:80                Masq    1      3          12        ',
      '  -> 10.0.100.3:80                Route   65535  0          0         ',
      'UDP  192.168.1.200:53 rr',
      '',
    ]);
  });

  it('prints the header alone for an empty table', () => {
    expect(formatServices([], { kind: 'table', exact: false, names: numericNames }).split('\n')).toHaveLength(4);
  });

  it('prints counters nine wide and shortens the large ones as ipvsadm does', () => {
    const large = { connections: 12, inPackets: 99_999_999, outPackets: 100_000_000, inBytes: 1e9, outBytes: 1e11 };
    const service = {
      ...web,
      counters: large,
      realServers: [server('10.0.100.2', { counters: { ...large, outBytes: 1e14 } })],
    };
    const text = formatServices([service], { kind: 'stats', exact: false, names: numericNames });
    expect(text.split('\n').slice(1)).toEqual([
      'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes',
      '  -> RemoteAddress:Port',
      'TCP  192.168.1.202:80                   12 99999999  100000K    1000M     100G',
      '  -> 10.0.100.2:80                      12 99999999  100000K    1000M     100T',
      '',
    ]);
  });

  it('prints counters in full when asked to', () => {
    const service = { ...web, counters: { ...counters, inBytes: 1_234_567_890 }, realServers: [] };
    const text = formatServices([service], { kind: 'stats', exact: true, names: numericNames });
    expect(text.split('\n')[3]).toBe(
      'TCP  192.168.1.202:80                    0        0        0 1234567890        0',
    );
  });

  it('prints rates under their own titles', () => {
    const service = { ...web, rates: { ...rates, connectionsPerSecond: 7 }, realServers: [] };
    const text = formatServices([service], { kind: 'rate', exact: false, names: numericNames });
    expect(text.split('\n').slice(1)).toEqual([
      'Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS',
      '  -> RemoteAddress:Port',
      'TCP  192.168.1.202:80                    7        0        0        0        0',
      '',
    ]);
  });

  it('names what the node knows and leaves the rest as numbers', () => {
    const hosts =
      '127.0.0.1 localhost\n10.0.100.2\tweb1 cluster3 # first\n10.0.100.3 a-name-that-is-longer-than-its-column\n';
    const names = parseEndpointNames(hosts, '# services\nhttp 80/tcp www\nhttp-udp 80/udp\n');
    const text = formatServices([web], { kind: 'table', exact: false, names });
    expect(text.split('\n').slice(3, 6)).toEqual([
      'TCP  192.168.1.202:http rr',
      '  -> web1:http                    Masq    1      3          12        ',
      '  -> a-name-that-is-longer-than-i Route   65535  0          0         ',
    ]);
  });
});

describe('ipvsadm -L -c', () => {
  it('prints entries in the order of their text with minutes and seconds to live', () => {
    const entry = {
      protocol: 'TCP' as const,
      state: 'TIME_WAIT',
      expiresInSeconds: 118,
      clientAddress: '10.0.0.2',
      clientPort: 35412,
      virtualAddress: '10.0.0.100',
      virtualPort: 80,
      serverAddress: '172.16.3.2',
      serverPort: 80,
    };
    const text = formatConnections(
      [{ ...entry, protocol: 'UDP', state: 'UDP', expiresInSeconds: 300 }, entry],
      numericNames,
    );
    expect(text.split('\n')).toEqual([
      'IPVS connection entries',
      'pro expire state       source             virtual            destination',
      'TCP 01:58  TIME_WAIT   10.0.0.2:35412     10.0.0.100:80      172.16.3.2:80',
      'UDP 05:00  UDP         10.0.0.2:35412     10.0.0.100:80      172.16.3.2:80',
      '',
    ]);
  });
});

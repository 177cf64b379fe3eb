import { describe, expect, it } from 'vitest';
import type { ConnectionSnapshot } from '../api/snapshot.ts';
import { server, service, tableOf } from './ipvsadm/testing.ts';
import { formatProc } from './proc.ts';

const entry: ConnectionSnapshot = {
  protocol: 'TCP',
  state: 'ESTABLISHED',
  expiresInSeconds: 899,
  clientAddress: '10.0.0.2',
  clientPort: 35412,
  virtualAddress: '10.0.0.100',
  virtualPort: 80,
  serverAddress: '172.16.3.2',
  serverPort: 8080,
  origin: 'local',
};

describe('the files of /proc/net', () => {
  it('ip_vs: in the order of the table, numbers in hexadecimal', () => {
    const table = tableOf([
      service('10.0.0.100', {
        persistence: { timeoutSeconds: 360, mask: '255.255.255.0' },
        realServers: [
          server('172.16.1.2', { order: 1, activeConnections: 3 }),
          server('172.16.2.2', { order: 0, forwarding: 'gate', weight: 65535 }),
        ],
      }),
      service('2001:db8::1', { port: 443, realServers: [server('2001:db8::2', { port: 443 })] }),
      service('0.0.0.0', { protocol: 'FWM', port: 0, mark: 255, onePacket: true }),
    ]);
    expect(formatProc('ip_vs', table, []).split('\n')).toEqual([
      'IP Virtual Server version 1.2.1 (size=4096)',
      'Prot LocalAddress:Port Scheduler Flags',
      '  -> RemoteAddress:Port Forward Weight ActiveConn InActConn',
      'TCP  0A000064:0050 rr  persistent 90000 FFFFFF00',
      '  -> AC100202:0050      Route   65535  0          0         ',
      '  -> AC100102:0050      Masq    1      3          0         ',
      'TCP  [2001:0db8:0000:0000:0000:0000:0000:0001]:01BB rr ',
      '  -> [2001:0db8:0000:0000:0000:0000:0000:0002]:01BB      Masq    1      0          0         ',
      'FWM  000000FF rr ops ',
      '',
    ]);
  });

  it('ip_vs_conn and ip_vs_conn_sync', () => {
    expect(formatProc('ip_vs_conn', tableOf([]), [entry]).split('\n')).toEqual([
      'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData',
      'TCP 0A000002 8A54 0A000064 0050 AC100302 1F90 ESTABLISHED     899',
      '',
    ]);
    expect(formatProc('ip_vs_conn_sync', tableOf([]), [{ ...entry, origin: 'sync' }, entry]).split('\n')).toEqual([
      'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Origin Expires',
      'TCP 0A000002 8A54 0A000064 0050 AC100302 1F90 ESTABLISHED SYNC       899',
      'TCP 0A000002 8A54 0A000064 0050 AC100302 1F90 ESTABLISHED LOCAL      899',
      '',
    ]);
  });

  it('ip_vs_stats', () => {
    const counters = { connections: 255, inPackets: 4096, outPackets: 0, inBytes: 2 ** 40, outBytes: 1 };
    const rates = {
      connectionsPerSecond: 16,
      inPacketsPerSecond: 1.5,
      outPacketsPerSecond: 0,
      inBytesPerSecond: 255,
      outBytesPerSecond: 0,
    };
    expect(formatProc('ip_vs_stats', tableOf([], { counters, rates }), []).split('\n')).toEqual([
      '   Total Incoming Outgoing         Incoming         Outgoing',
      '   Conns  Packets  Packets            Bytes            Bytes',
      '      FF     1000        0      10000000000                1',
      '',
      ' Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s',
      '      10        1        0               FF                0',
      '',
    ]);
  });

  it('ip_vs_app: the FTP helper with the connections that it looks after', () => {
    const ftp = { ...entry, virtualPort: 21 };
    expect(formatProc('ip_vs_app', tableOf([]), [ftp, entry]).split('\n')).toEqual([
      'prot port    usecnt name',
      'TCP  21      1      ftp              ',
      '',
    ]);
  });
});

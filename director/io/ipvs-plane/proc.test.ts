import { describe, expect, it } from 'vitest';
import { explainFlow } from './explain-flow.ts';
import { parseConnections, parseStatistics } from './proc.ts';
import type { RealServerSnapshot, TableSnapshot, VirtualServiceSnapshot } from '../../api/snapshot.ts';

const CONNECTIONS = `Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData
TCP 0A000002 8C2E 0A000064 0050 AC100102 0050 ESTABLISHED     899
TCP 0A000002 0000 0A000064 0050 AC100102 0050 ASSURED         300
TCP 2001:0db8:0000:0000:0000:0000:0000:0002 8C2F 2001:0db8:0000:0000:0000:0000:0000:0100 01BB fd00:0000:0000:0000:0000:0000:0000:0002 01BB FIN_WAIT        118
IP  0A000000 0000 00000007 0000 AC100202 0000 NONE             48
UDP 0A000002 0035 0A000064 13C4 AC100202 13C4 UDP             299 sip f00@b4r
`;
const ORIGINS = `Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Origin Expires
TCP 0A000002 8C2E 0A000064 0050 AC100102 0050 ESTABLISHED SYNC       899
TCP 0A000002 0000 0A000064 0050 AC100102 0050 ASSURED     LOCAL      300
`;
const STATS = `   Total Incoming Outgoing         Incoming         Outgoing
   Conns  Packets  Packets            Bytes            Bytes
       A       1F       10              FFF        100000000

 Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s
       1        2        3               1A                5
`;
const figures = { counters: parseStatistics('').counters, rates: parseStatistics('').rates };

describe('the kernel’s listings', () => {
  it('are connections of both families, with their origin', () => {
    const listed = parseConnections(CONNECTIONS, ORIGINS);
    expect(listed[0]).toEqual({
      protocol: 'TCP',
      state: 'ESTABLISHED',
      expiresInSeconds: 899,
      clientAddress: '10.0.0.2',
      clientPort: 35886,
      virtualAddress: '10.0.0.100',
      virtualPort: 80,
      serverAddress: '172.16.1.2',
      serverPort: 80,
      origin: 'sync',
    });
    expect(listed[1]).toMatchObject({ state: 'ASSURED', clientPort: 0, origin: 'local' });
    expect(listed[2]).toMatchObject({ clientAddress: '2001:db8::2', virtualPort: 443, serverAddress: 'fd00::2' });
    expect(listed[3]).toMatchObject({ protocol: 'IP', virtualAddress: '0.0.0.7' });
    expect(listed[4]).toMatchObject({ protocol: 'UDP', state: 'UDP', expiresInSeconds: 299 });
  });

  it('are totals and rates in hexadecimal', () => {
    expect(parseStatistics(STATS)).toEqual({
      counters: { connections: 10, inPackets: 31, outPackets: 16, inBytes: 4095, outBytes: 2 ** 32 },
      rates: {
        connectionsPerSecond: 1,
        inPacketsPerSecond: 2,
        outPacketsPerSecond: 3,
        inBytesPerSecond: 26,
        outBytesPerSecond: 5,
      },
    });
  });
});

function server(address: string, weight: number, active: number, order: number): RealServerSnapshot {
  return {
    address,
    port: 80,
    forwarding: 'masq',
    weight,
    upperThreshold: 0,
    lowerThreshold: 0,
    activeConnections: active,
    inactiveConnections: 0,
    persistentConnections: 0,
    order,
    ...figures,
  };
}

function table(fields: Partial<VirtualServiceSnapshot>): TableSnapshot {
  const service: VirtualServiceSnapshot = {
    protocol: 'TCP',
    address: '10.0.0.100',
    port: 80,
    scheduler: 'wlc',
    schedulerFlags: [],
    onePacket: false,
    realServers: [server('172.16.1.2', 1, 1, 2), server('172.16.2.2', 4, 3, 1), server('172.16.3.2', 0, 0, 0)],
    ...figures,
    ...fields,
  };
  const timeouts = { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300 };
  return { size: 4096, timeouts, syncDaemons: [], sysctls: {}, services: [service], ...figures };
}

const question = {
  protocol: 'TCP',
  clientAddress: '10.0.0.2',
  clientPort: 35886,
  virtualAddress: '10.0.0.100',
  virtualPort: 80,
} as const;

describe('the kernel’s choice', () => {
  const listed = parseConnections(CONNECTIONS, '');

  it('is told by the entry, then by the template, then by the scheduler', () => {
    expect(explainFlow(question, table({}), listed)).toMatchObject({ by: 'entry', server: { address: '172.16.1.2' } });
    const persistence = { timeoutSeconds: 300, mask: '255.255.255.255' };
    const other = { ...question, clientPort: 5 };
    expect(explainFlow(other, table({ persistence }), listed)).toMatchObject({ by: 'template', server: { port: 80 } });
    const scheduled = explainFlow(other, table({}), listed);
    expect(scheduled).toMatchObject({ by: 'scheduler', server: { address: '172.16.2.2' } });
    expect(scheduled.candidates.map(({ server: { address }, eligible }) => [address, eligible])).toEqual([
      ['172.16.3.2', false],
      ['172.16.2.2', true],
      ['172.16.1.2', true],
    ]);
  });

  it('is not told where the kernel keeps it to itself, and none without a server or a service', () => {
    const other = { ...question, clientPort: 5 };
    const hidden = explainFlow(other, table({ scheduler: 'wrr' }), []);
    expect(hidden).toMatchObject({ by: 'scheduler', scheduler: 'wrr' });
    expect(hidden.server).toBeUndefined();
    expect(explainFlow(other, table({ realServers: [] }), [])).toMatchObject({ by: 'no-server' });
    expect(explainFlow({ ...other, virtualPort: 81 }, table({}), [])).toMatchObject({ by: 'no-service' });
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { frame, hasGoodChecksums } from '../packet/packet-builder.ts';
import type { FrameBuilder } from '../packet/packet-builder.ts';
import { ForwarderBench, service } from './forwarder-bench.ts';
import type { Outcome } from './forwarder-bench.ts';

const CLIENT = '192.168.1.10';
const VIRTUAL = '192.168.1.202';
const SERVER = '10.0.100.2';
const web = service('TCP', `${VIRTUAL}:80`, { [`${SERVER}:8080`]: 1 });
const dns = service('UDP', `${VIRTUAL}:53`, { [`${SERVER}:53`]: 1 });

let bench: ForwarderBench;

beforeEach(() => {
  bench = new ForwarderBench();
  bench.apply(web, dns);
  bench.hold(VIRTUAL);
});

const request = (flags: string, port = 40000): FrameBuilder => frame(CLIENT, VIRTUAL).tcp(port, 80, flags);
const answer = (flags: string, port = 40000): FrameBuilder => frame(SERVER, CLIENT).tcp(8080, port, flags);

function forwarded(builder: FrameBuilder, via: string): Outcome {
  return { verdict: 'forward', via, datagram: builder.datagram() };
}

/** What an ICMP error or reset says: type and code, or the TCP flags. */
function said({ datagram = new Uint8Array(34) }: Outcome): string {
  const protocol = datagram[9] === 1 ? `icmp ${datagram[20] ?? ''}/${datagram[21] ?? ''}` : `tcp ${datagram[33] ?? ''}`;
  return `${protocol} from ${datagram.slice(12, 16).join('.')} to ${datagram.slice(16, 20).join('.')}`;
}

describe('a TCP connection', () => {
  it('is translated in both directions, one hop nearer to the end of its life', () => {
    expect(bench.send(request('SYN').ttl(64))).toEqual(
      forwarded(frame(CLIENT, SERVER).ttl(63).tcp(40000, 8080, 'SYN'), SERVER),
    );
    expect(bench.send(answer('SYN+ACK').ttl(64))).toEqual(
      forwarded(frame(VIRTUAL, CLIENT).ttl(63).tcp(80, 40000, 'SYN+ACK'), CLIENT),
    );
  });

  it('goes through the states of the kernel and is counted as active until it ends', () => {
    const seen = [
      ['SYN', ''],
      ['', 'SYN+ACK'],
      ['ACK', ''],
      ['FIN+ACK', ''],
      ['', 'FIN+ACK'],
      ['ACK', ''],
    ].map(([to, from]) => {
      bench.send(to ? request(to) : answer(from ?? ''));
      const [entry] = bench.entries();
      return `${entry?.state ?? ''} ${entry?.expiresInSeconds ?? ''} ${bench.counts()[0] ?? ''}`;
    });
    expect(seen).toEqual([
      'SYN_RECV 60 1/0',
      'SYN_RECV 60 1/0',
      'ESTABLISHED 900 1/0',
      'CLOSE_WAIT 60 0/1',
      'TIME_WAIT 120 0/1',
      'TIME_WAIT 120 0/1',
    ]);
  });

  it('moves from ActiveConn to InActConn with its first closing state, and leaves both when its entry expires', () => {
    const counts = [(bench.send(request('SYN')), bench.counts()[0]), (bench.send(request('ACK')), bench.counts()[0])];
    bench.send(request('FIN+ACK'));
    counts.push(bench.counts()[0]);
    bench.pass(60_250);
    counts.push(bench.counts()[0]);
    expect(counts).toEqual(['1/0', '1/0', '0/1', '0/0']);
    expect(bench.entries()).toEqual([]);
  });

  it('stays alive for 900 s after every packet', () => {
    bench.send(request('SYN'));
    bench.send(request('ACK'));
    for (let turn = 0; turn < 3; turn++) {
      bench.pass(899_000);
      bench.send(request('ACK'));
    }
    expect(bench.entries()).toHaveLength(1);
    bench.pass(900_250);
    expect(bench.entries()).toEqual([]);
  });

  it('begins anew when a SYN meets an entry in TIME_WAIT', () => {
    bench.apply(service('TCP', `${VIRTUAL}:80`, { [`${SERVER}:8080`]: 1, '10.0.100.3:8080': 1 }));
    expect(bench.send(request('SYN')).via).toBe('10.0.100.3');
    for (const flags of ['ACK', 'FIN+ACK']) bench.send(request(flags));
    bench.send(frame('10.0.100.3', CLIENT).tcp(8080, 40000, 'FIN+ACK'));
    expect(bench.entries()[0]?.state).toBe('TIME_WAIT');
    expect(bench.send(request('SYN')).via).toBe(SERVER);
    expect(bench.entries()).toMatchObject([{ state: 'SYN_RECV', serverAddress: SERVER }]);
    expect(bench.counts()).toEqual(['1/0', '0/0']);
  });

  it('keeps its server when a SYN comes again on an open entry', () => {
    bench.apply(service('TCP', `${VIRTUAL}:80`, { [`${SERVER}:8080`]: 1, '10.0.100.3:8080': 1 }));
    expect([bench.send(request('SYN')).via, bench.send(request('SYN')).via]).toEqual(['10.0.100.3', '10.0.100.3']);
  });

  it('whose SYN comes again before an answer is marked as a sign that the server may have moved', () => {
    const verdicts = ['SYN', 'SYN', 'ACK', 'SYN'].map((flags) => bench.send(request(flags)).verdict);
    expect(verdicts).toEqual(['forward', 'forward again', 'forward', 'forward']);
  });

  it('that nobody began is refused with a reset, as the local stack would', () => {
    const outcome = bench.send(request('ACK'));
    expect([outcome.verdict, said(outcome)]).toEqual([
      'drop: not-first-segment',
      'tcp 4 from 192.168.1.202 to 192.168.1.10',
    ]);
  });
});

describe('a UDP flow', () => {
  const query = (port = 50000): FrameBuilder => frame(CLIENT, VIRTUAL).udp(port, 53).data('query');

  it('is translated in both directions and counted as inactive', () => {
    expect(bench.send(query())).toEqual(forwarded(frame(CLIENT, SERVER).ttl(63).udp(50000, 53).data('query'), SERVER));
    expect(bench.send(frame(SERVER, CLIENT).udp(53, 50000).data('answer'))).toEqual(
      forwarded(frame(VIRTUAL, CLIENT).ttl(63).udp(53, 50000).data('answer'), CLIENT),
    );
    expect(bench.counts()).toEqual(['0/0', '0/1']);
    expect(bench.entries()).toMatchObject([{ state: 'UDP', expiresInSeconds: 300 }]);
  });

  it('follows its first fragment with the later ones, in both directions', () => {
    const first = (from: string, to: string): FrameBuilder =>
      frame(from, to).fragment(0x2000).ttl(9).id(7).udp(50000, 53, false).data('01234567');
    const later = (from: string, to: string): FrameBuilder => frame(from, to).fragment(0x0002).id(7).raw(17).data('89');
    bench.send(first(CLIENT, VIRTUAL));
    expect(bench.send(later(CLIENT, VIRTUAL).ttl(9))).toEqual(forwarded(later(CLIENT, SERVER).ttl(8), SERVER));
    bench.send(frame(SERVER, CLIENT).fragment(0x2000).id(9).udp(53, 50000, false).data('01234567'));
    const back = (from: string): FrameBuilder => frame(from, CLIENT).fragment(0x0002).id(9).raw(17).data('89');
    expect(bench.send(back(SERVER).ttl(9))).toEqual(forwarded(back(VIRTUAL).ttl(8), CLIENT));
  });
});

describe('packets that are none of ours', () => {
  it.each([
    ['to a port without a service', frame(CLIENT, VIRTUAL).tcp(40000, 22, 'SYN')],
    ['to an address that we do not hold', frame(CLIENT, '192.168.1.203').tcp(40000, 80, 'SYN')],
    ['from a server without an entry', frame(SERVER, CLIENT).tcp(8080, 40000, 'ACK')],
    ['pings of the virtual address', frame(CLIENT, VIRTUAL).icmp(8, 0)],
    ['errors about other flows', frame(SERVER, VIRTUAL).icmp(3, 3).data(frame(VIRTUAL, SERVER).udp(1, 2).datagram())],
  ])('pass: %s', (_, builder) => {
    const before = builder.datagram();
    expect(bench.send(builder)).toEqual({ verdict: 'pass' });
    expect(builder.datagram()).toEqual(before);
  });

  it('pass while the virtual address is not held, and are ours again when it comes back', () => {
    bench.hold();
    expect(bench.send(request('SYN')).verdict).toBe('pass');
    bench.hold(VIRTUAL);
    expect(bench.send(request('SYN')).verdict).toBe('forward');
  });
});

describe('servers that cannot be used', () => {
  it('a service without servers tells TCP and UDP clients that the port is unreachable', () => {
    bench.apply(service('TCP', `${VIRTUAL}:80`, {}), service('UDP', `${VIRTUAL}:53`, { '10.0.100.9:53': 0 }));
    for (const builder of [request('SYN'), frame(CLIENT, VIRTUAL).udp(50000, 53)]) {
      const outcome = bench.send(builder);
      expect([outcome.verdict, said(outcome)]).toEqual([
        'drop: no-server',
        'icmp 3/3 from 192.168.1.202 to 192.168.1.10',
      ]);
      expect(hasGoodChecksums(outcome.datagram ?? new Uint8Array())).toBe(true);
    }
  });

  it('tells one client at most six times at once, then once a second', () => {
    bench.apply(service('TCP', `${VIRTUAL}:80`, {}));
    const answers = (): number =>
      Array.from({ length: 10 }, (_, index) => bench.send(request('SYN', 40000 + index))).filter(
        ({ datagram }) => datagram,
      ).length;
    expect(answers()).toBe(6);
    bench.pass(2000);
    expect(answers()).toBe(2);
  });

  it('weight 0 takes no new connections and keeps those it has', () => {
    bench.send(request('SYN'));
    bench.apply(service('TCP', `${VIRTUAL}:80`, { [`${SERVER}:8080`]: 0 }));
    expect(bench.send(request('ACK')).via).toBe(SERVER);
    expect(bench.send(request('SYN', 40001)).verdict).toBe('drop: no-server');
  });

  it('a removed server swallows what its entries send, but its answers still reach the clients', () => {
    bench.send(request('SYN'));
    bench.apply(service('TCP', `${VIRTUAL}:80`, { '10.0.100.3:8080': 1 }));
    expect(bench.send(request('ACK'))).toEqual({ verdict: 'drop: server-removed' });
    expect(bench.send(answer('ACK')).via).toBe(CLIENT);
    expect(bench.send(request('SYN', 40001)).via).toBe('10.0.100.3');
  });

  it('a server that comes back finds its connections and counters', () => {
    bench.send(request('SYN'));
    bench.apply(service('TCP', `${VIRTUAL}:80`, {}));
    bench.apply(web);
    expect(bench.send(request('ACK')).via).toBe(SERVER);
    expect(bench.table()[0]?.realServers[0]).toMatchObject({
      activeConnections: 1,
      counters: { connections: 1, inPackets: 2 },
    });
  });
});

describe('obstacles on the way', () => {
  it.each<[string, () => Outcome, string, string]>([
    [
      'a request at its last hop',
      () => bench.send(request('SYN').ttl(1)),
      'drop: time-to-live',
      'icmp 11/0 from 192.168.1.202 to 192.168.1.10',
    ],
    [
      'an answer at its last hop',
      () => (bench.send(request('SYN')), bench.send(answer('SYN+ACK').ttl(1), '10.0.100.1')),
      'drop: time-to-live',
      'icmp 11/0 from 10.0.100.1 to 10.0.100.2',
    ],
    [
      'an answer that the next link cannot carry',
      () => (bench.send(request('SYN')), bench.send(answer('ACK').data(new Uint8Array(4000)), '10.0.100.1')),
      'drop: too-big',
      'icmp 3/4 from 10.0.100.1 to 10.0.100.2',
    ],
    [
      'a large packet whose segments the next link cannot carry',
      () => (
        bench.send(request('SYN')),
        bench.send(answer('ACK').data(new Uint8Array(20000)).segments(8948), '10.0.100.1')
      ),
      'drop: too-big',
      'icmp 3/4 from 10.0.100.1 to 10.0.100.2',
    ],
    [
      'a server without a route',
      () => (bench.mtus.set(SERVER, undefined), bench.send(request('SYN'))),
      'drop: no-route',
      'icmp 3/1 from 192.168.1.202 to 192.168.1.10',
    ],
  ])('%s is told to its sender', (_, send, verdict, text) => {
    const outcome = send();
    expect([outcome.verdict, said(outcome)]).toEqual([verdict, text]);
  });

  it('the MTU of the next link is in the error', () => {
    bench.send(request('SYN'));
    const { datagram } = bench.send(answer('ACK').data(new Uint8Array(4000)), '10.0.100.1');
    expect(new DataView(datagram?.buffer ?? new ArrayBuffer(28)).getUint16(26)).toBe(1500);
  });

  it('a large packet whose segments fit goes through untouched', () => {
    bench.send(request('SYN'));
    expect(bench.send(answer('ACK').data(new Uint8Array(20000)).segments(1448)).verdict).toBe('forward');
  });

  it('a large packet that may be cut is left to the sender of fragments', () => {
    bench.send(frame(CLIENT, VIRTUAL).udp(50000, 53));
    expect(bench.send(frame(SERVER, CLIENT).fragment(0).udp(53, 50000).data(new Uint8Array(4000))).verdict).toBe(
      'forward',
    );
  });
});

describe('ICMP errors about our flows', () => {
  it('from a server reach the client, as errors of the virtual server about what the client sent', () => {
    const query = frame(CLIENT, VIRTUAL).udp(50000, 53).data('query');
    bench.send(query);
    const inner = (to: string): Uint8Array => frame(CLIENT, to).udp(50000, 53, false).data('query').datagram();
    const outcome = bench.send(frame(SERVER, CLIENT).icmp(3, 3).data(inner(SERVER)));
    expect(outcome).toEqual(forwarded(frame(VIRTUAL, CLIENT).ttl(63).icmp(3, 3).data(inner(VIRTUAL)), CLIENT));
  });

  it('from the outside reach the server, about what the server sent', () => {
    bench.send(request('SYN'));
    // The quoted checksum stays as it was: quote without one.
    const quote = (from: string, port: number): Uint8Array => {
      const datagram = frame(from, CLIENT).tcp(port, 40000, 'ACK').datagram();
      datagram.fill(0, 36, 38);
      return datagram.subarray(0, 40);
    };
    const outcome = bench.send(frame('192.168.1.1', VIRTUAL).icmp(3, 4, 1400).data(quote(VIRTUAL, 80)));
    expect(outcome).toEqual(
      forwarded(frame('192.168.1.1', SERVER).ttl(63).icmp(3, 4, 1400).data(quote(SERVER, 8080)), SERVER),
    );
  });

  it('with a wrong checksum are dropped', () => {
    bench.send(request('SYN'));
    const builder = frame('192.168.1.1', VIRTUAL)
      .icmp(3, 4, 1400)
      .data(frame(VIRTUAL, CLIENT).tcp(80, 40000, 'ACK').datagram());
    const packet = builder.datagram();
    packet[22] = (packet[22] ?? 0) ^ 1;
    expect(bench.send(frame('192.168.1.1', VIRTUAL).raw(1).data(packet.subarray(20))).verdict).toBe(
      'drop: bad-checksum',
    );
  });
});

describe('counters and rates', () => {
  it('count packets and bytes of the IPv4 datagrams in both directions', () => {
    bench.send(request('SYN'));
    bench.send(request('ACK').data('12345'));
    bench.send(answer('ACK').data('1234567890'));
    const counters = { connections: 1, inPackets: 2, outPackets: 1, inBytes: 85, outBytes: 50 };
    expect(bench.table()[0]).toMatchObject({ counters, realServers: [{ counters }] });
  });

  it('rates approach the truth by a quarter every two seconds', () => {
    const seen = [1, 2, 3].map(() => {
      for (let packet = 0; packet < 200; packet++) bench.send(request('SYN'));
      bench.pass(2000);
      return bench.table()[0]?.rates.inPacketsPerSecond;
    });
    expect(seen).toEqual([25, 44, 58]);
  });
});

describe('a full table', () => {
  it('refuses new connections while none of the old ones is half open, and keeps those', () => {
    bench = new ForwarderBench(64);
    bench.apply(web);
    bench.hold(VIRTUAL);
    for (let port = 0; port < 64; port++) for (const flags of ['SYN', 'ACK']) bench.send(request(flags, 10_000 + port));
    expect(bench.send(request('SYN', 20_000)).verdict).toBe('drop: table-full');
    expect(bench.send(request('ACK', 10_000)).verdict).toBe('forward');
    expect(bench.counts()).toEqual(['64/0']);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { ServiceDefinition } from '../../api/table.ts';
import { frame } from '../packet/packet-builder.ts';
import type { FrameBuilder } from '../packet/packet-builder.ts';
import { ForwarderBench, OWN_ADDRESSES, service } from './forwarder-bench.ts';
import type { TestService } from './forwarder-bench.ts';

const CLIENT = '192.168.1.10';
const VIRTUAL = '192.168.1.202';
const SERVER = '10.0.100.2';
const CLIENT6 = '2001:db8:1::10';
const VIRTUAL6 = '2001:db8:1::202';
const SERVER6 = '2001:db8:a::2';

let bench: ForwarderBench;
const use = (...services: TestService[]): void => bench.apply(...services);
const web = (forwarding: 'masq' | 'gate' | 'ipip' | 'local', options: Partial<ServiceDefinition> = {}): TestService =>
  service('TCP', `${VIRTUAL}:80`, { [`${SERVER}:80`]: 1 }, forwarding, options);
const web6 = (forwarding: 'masq' | 'gate' | 'ipip', server = SERVER6): TestService =>
  service('TCP', `[${VIRTUAL6}]:80`, { [`[${server}]:80`]: 1 }, forwarding);
const request = (flags = 'SYN'): FrameBuilder => frame(CLIENT, VIRTUAL).tcp(40000, 80, flags);
const request6 = (flags = 'SYN'): FrameBuilder => frame(CLIENT6, VIRTUAL6).tcp(40000, 80, flags);

beforeEach(() => {
  bench = new ForwarderBench();
  bench.hold(VIRTUAL, VIRTUAL6, OWN_ADDRESSES[4], OWN_ADDRESSES[6]);
});

describe('IPv6 by network address translation', () => {
  it('goes both ways', () => {
    use(web6('masq'));
    expect(bench.send(request6())).toEqual({
      verdict: 'forward',
      via: SERVER6,
      datagram: frame(CLIENT6, SERVER6).ttl(63).tcp(40000, 80, 'SYN').datagram(),
    });
    const answer = bench.send(frame(SERVER6, CLIENT6).tcp(80, 40000, 'SYN+ACK'));
    expect(answer.datagram).toEqual(frame(VIRTUAL6, CLIENT6).ttl(63).tcp(80, 40000, 'SYN+ACK').datagram());
  });

  it('translates ICMPv6 errors both ways', () => {
    use(web6('masq'));
    bench.send(request6());
    const quote = (to: string): Uint8Array => {
      const datagram = frame(CLIENT6, to).tcp(40000, 80, 'SYN').datagram();
      datagram.fill(0, 56, 58);
      return datagram;
    };
    const fromServer = bench.send(frame(SERVER6, CLIENT6).icmp(1, 4).data(quote(SERVER6)));
    expect(fromServer.datagram).toEqual(frame(VIRTUAL6, CLIENT6).ttl(63).icmp(1, 4).data(quote(VIRTUAL6)).datagram());
    const back = (from: string): Uint8Array => {
      const datagram = frame(from, CLIENT6).tcp(80, 40000, 'ACK').datagram();
      datagram.fill(0, 56, 58);
      return datagram;
    };
    const router = '2001:db8:1::1';
    const fromRouter = bench.send(frame(router, VIRTUAL6).icmp(2, 0, 1400).data(back(VIRTUAL6)));
    expect(fromRouter.datagram).toEqual(frame(router, SERVER6).ttl(63).icmp(2, 0, 1400).data(back(SERVER6)).datagram());
  });

  it('says all errors from its own address, as the kernel does', () => {
    use(web6('masq'));
    const source = (datagram: Uint8Array | undefined): string =>
      Buffer.from(datagram?.subarray(8, 24) ?? []).toString('hex');
    expect(source(bench.send(request6().ttl(1)).datagram)).toBe('20010db8000a00000000000000000001');
    use(service('TCP', `[${VIRTUAL6}]:80`, {}));
    const other = frame(CLIENT6, VIRTUAL6).tcp(40001, 80, 'SYN');
    expect(source(bench.send(other).datagram)).toBe('20010db8000a00000000000000000001');
  });
});

describe('direct routing', () => {
  it('changes nothing but the time to live', () => {
    use(web('gate'), web6('gate'));
    expect(bench.send(request())).toEqual({
      verdict: 'forward',
      via: SERVER,
      datagram: request().ttl(63).datagram(),
    });
    expect(bench.send(request6()).datagram).toEqual(request6().ttl(63).datagram());
  });

  it('guesses the state from the requests alone', () => {
    use(web('gate'));
    const states = ['SYN', 'ACK', 'FIN+ACK'].map((flags) => {
      bench.send(request(flags));
      return bench.entries()[0]?.state;
    });
    expect(states).toEqual(['SYN_RECV', 'ESTABLISHED', 'FIN_WAIT']);
  });

  it('sends ICMP errors about a flow to the server as they are', () => {
    use(web('gate'));
    bench.send(request());
    const answer = frame(VIRTUAL, CLIENT).tcp(80, 40000, 'ACK').datagram();
    const error = (): FrameBuilder => frame('192.168.1.1', VIRTUAL).icmp(3, 4, 1400).data(answer);
    expect(bench.send(error())).toMatchObject({ via: SERVER, datagram: error().ttl(63).datagram() });
  });

  it('keeps packets in this host when the server is this host', () => {
    bench.own.add(SERVER);
    use(web('gate'));
    expect(bench.send(request())).toEqual({ verdict: 'forward', via: 'local stack', datagram: request().datagram() });
  });
});

describe('tunnelling', () => {
  it('puts a header in front, from the director’s own address', () => {
    use(web('ipip'));
    const inner = request().ttl(63).datagram();
    const outer = frame(OWN_ADDRESSES[4], SERVER).ttl(63).id(0).raw(4).data(inner).datagram();
    expect(bench.send(request())).toEqual({ verdict: 'forward', via: SERVER, datagram: outer });
  });

  it('leads to servers of the other family too, which are listed by their own addresses', () => {
    use(web6('ipip', SERVER), service('TCP', `${VIRTUAL}:80`, { [`[${SERVER6}]:80`]: 1 }, 'ipip'));
    const inner = request6().ttl(63).datagram();
    const sent = bench.send(request6());
    expect(sent.via).toBe(SERVER);
    expect(sent.datagram?.subarray(20)).toEqual(inner);
    expect(sent.datagram?.[9]).toBe(41);
    expect(bench.send(request()).via).toBe(SERVER6);
    expect(bench.entries().map(({ serverAddress }) => serverAddress)).toEqual([SERVER, SERVER6]);
  });

  it('leaves room for the header: larger packets with DF are refused with the MTU that passes', () => {
    use(web('ipip'), web6('ipip'));
    bench.send(request());
    bench.send(request6());
    const { verdict, datagram } = bench.send(request('ACK').data(new Uint8Array(1441)));
    expect([verdict, datagram?.[20], datagram?.[21]]).toEqual(['drop: too-big', 3, 4]);
    expect(new DataView(datagram?.buffer ?? new ArrayBuffer(28)).getUint16(26)).toBe(1480);
    expect(bench.send(request('ACK').data(new Uint8Array(1440))).verdict).toBe('forward');
    const answer = bench.send(request6('ACK').data(new Uint8Array(1401)));
    expect(new DataView(answer.datagram?.buffer ?? new ArrayBuffer(48)).getUint32(44)).toBe(1460);
    // The hop is counted by then: 63 is quoted of 64.
    expect([datagram?.[28 + 8], answer.datagram?.[48 + 7]]).toEqual([63, 63]);
  });

  it('with pmtu_disc 0 sends them all the same, without DF', () => {
    use(web('ipip'));
    bench.services.execute({ type: 'set-sysctl', name: 'pmtu_disc', value: [0] }, 0);
    bench.send(request());
    const sent = bench.send(request('ACK').data(new Uint8Array(1460)));
    expect([sent.verdict, sent.datagram?.[6]]).toEqual(['forward', 0]);
  });

  it('tells the client of an MTU that a router on the way to the server has told, and remembers it', () => {
    use(web('ipip'));
    bench.send(request());
    const sent = bench.send(request('ACK').data(new Uint8Array(1400))).datagram ?? new Uint8Array();
    const error = bench.send(
      frame('10.0.100.254', OWN_ADDRESSES[4])
        .icmp(3, 4, 1400)
        .data(sent.subarray(0, 20 + 20 + 8)),
    );
    const view = new DataView(error.datagram?.buffer ?? new ArrayBuffer(28));
    expect([error.verdict, view.getUint8(20), view.getUint8(21), view.getUint16(26)]).toEqual([
      'drop: tunnel-error',
      3,
      4,
      // The MTU as it was: the kernel looks its route up anew with the next packet.
      1480,
    ]);
    expect(error.datagram?.subarray(28, 48)).toEqual(sent.subarray(20, 40));
    const next = bench.send(request('ACK').data(new Uint8Array(1400)));
    expect([next.verdict, new DataView(next.datagram?.buffer ?? new ArrayBuffer(28)).getUint16(26)]).toEqual([
      'drop: too-big',
      1380,
    ]);
    bench.send(request('ACK').fragment(0).data(new Uint8Array(1400)));
    expect(bench.hop?.mtu).toBe(1400);
    bench.send(request('ACK').fragment(0).data(new Uint8Array(100)));
    expect(bench.hop?.mtu).toBe(1500);
    bench.pass(600_001);
    expect(bench.send(request('ACK').data(new Uint8Array(1400))).verdict).toBe('forward');
  });
});

describe('this host as a server', () => {
  it('gets its packets as they are, whatever the address of the server', () => {
    use(web('local'));
    expect(bench.send(request())).toEqual({ verdict: 'forward', via: 'local stack', datagram: request().datagram() });
  });

  it('is not reached by translation to a loopback address', () => {
    bench.own.add('127.0.0.1');
    use(service('TCP', `${VIRTUAL}:80`, { '127.0.0.1:80': 1 }));
    expect(bench.send(request()).verdict).toBe('drop: local-server');
  });
});

describe('one-packet scheduling', () => {
  it('gives every datagram a server of its own and leaves no entry', () => {
    const servers = { [`${SERVER}:53`]: 1, '10.0.100.3:53': 1 };
    use(service('UDP', `${VIRTUAL}:53`, servers, 'masq', { onePacket: true }));
    const query = (): FrameBuilder => frame(CLIENT, VIRTUAL).udp(50000, 53).data('q');
    expect([1, 2, 3].map(() => bench.send(query()).via)).toEqual(['10.0.100.3', SERVER, '10.0.100.3']);
    expect(bench.entries()).toEqual([]);
    expect(bench.table()[0]?.counters).toMatchObject({ connections: 3, inPackets: 3 });
  });
});

describe('a service by firewall mark', () => {
  const marked = (mark: number): TestService => ({
    ...service('TCP', '0.0.0.0:0', { [`${SERVER}:0`]: 1 }, 'masq'),
    service: {
      ...service('TCP', '0.0.0.0:0', {}).service,
      protocol: 'FWM',
      mark,
    },
  });

  it('takes packets with its mark, on whatever port, and no others', () => {
    use(marked(7));
    expect(bench.send(request(), undefined, 7)).toMatchObject({ via: SERVER });
    expect(bench.send(frame(CLIENT, VIRTUAL).tcp(40001, 443, 'SYN'), undefined, 7).datagram).toEqual(
      frame(CLIENT, SERVER).ttl(63).tcp(40001, 443, 'SYN').datagram(),
    );
    expect(bench.send(frame(CLIENT, VIRTUAL).tcp(40002, 80, 'SYN')).verdict).toBe('pass');
  });

  it('takes packets to foreign addresses that are routed here because of their mark', () => {
    use(marked(99), marked(7));
    const foreign = (port: number): FrameBuilder => frame(CLIENT, '8.8.8.8').tcp(port, 80, 'SYN');
    expect(bench.send(foreign(1), undefined, 99).via).toBe(SERVER);
    expect(bench.send(foreign(2), undefined, 7).verdict).toBe('pass');
  });
});

describe('fragments that overtake the first', () => {
  it('wait for it, and follow it', () => {
    use(service('UDP', `${VIRTUAL}:53`, { [`${SERVER}:53`]: 1 }));
    const later = (to: string, word: number): FrameBuilder =>
      frame(CLIENT, to).fragment(word).id(7).raw(17).data('89abcdef');
    expect(bench.send(later(VIRTUAL, 0x0004)).verdict).toBe('drop: held');
    expect(bench.send(later(VIRTUAL, 0x2002)).verdict).toBe('drop: held');
    bench.send(frame(CLIENT, VIRTUAL).fragment(0x2000).id(7).udp(50000, 53, false).data('01234567'));
    expect(bench.released().map(({ datagram }) => datagram)).toEqual([
      later(SERVER, 0x0004).ttl(63).datagram(),
      later(SERVER, 0x2002).ttl(63).datagram(),
    ]);
    expect(bench.released()).toEqual([]);
  });
});

describe('ICMP that IPVS does not follow', () => {
  it.each([
    ['parameter problems', 12],
    ['redirects', 5],
  ])('passes: %s', (_, type) => {
    use(web('masq'));
    bench.send(request());
    const quoted = frame(CLIENT, SERVER).tcp(40000, 80, 'SYN').datagram();
    expect(bench.send(frame(SERVER, CLIENT).icmp(type, 0).data(quoted)).verdict).toBe('pass');
  });
});

describe('ICMP errors that are translated', () => {
  it('count as packets of their flow, with the length of the whole datagram', () => {
    use(service('UDP', `${VIRTUAL}:53`, { [`${SERVER}:53`]: 1 }));
    bench.send(frame(CLIENT, VIRTUAL).udp(50000, 53).data('q'));
    bench.send(frame(SERVER, CLIENT).icmp(3, 3).data(frame(CLIENT, SERVER).udp(50000, 53).data('q').datagram()));
    bench.send(frame(CLIENT, VIRTUAL).icmp(3, 3).data(frame(VIRTUAL, CLIENT).udp(53, 50000).data('q').datagram()));
    const counters = { connections: 1, inPackets: 2, inBytes: 29 + 57, outPackets: 1, outBytes: 57 };
    expect(bench.table()[0]).toMatchObject({ counters, realServers: [{ counters }] });
  });

  it('count and go their way as they are when nothing was masqueraded', () => {
    use(service('UDP', `${VIRTUAL}:53`, { [`${SERVER}:53`]: 1 }, 'gate'));
    bench.send(frame(CLIENT, VIRTUAL).udp(50000, 53).data('q'));
    const quoted = frame(CLIENT, VIRTUAL).udp(50000, 53).data('q').datagram();
    const error = (): FrameBuilder => frame('10.0.100.9', CLIENT).icmp(3, 3).data(quoted);
    expect(bench.send(error()).verdict).toBe('pass');
    expect(bench.send(error().ttl(1)).verdict).toBe('pass');
    expect(bench.table()[0]?.counters).toMatchObject({ outPackets: 1, outBytes: 57 });
  });

  it('make an entry for an unknown flow with schedule_icmp, and are dropped when nobody can be picked', () => {
    use(service('UDP', `${VIRTUAL}:53`, { [`${SERVER}:53`]: 1 }), service('UDP', `${VIRTUAL}:54`, {}));
    const error = (port: number): FrameBuilder =>
      frame(CLIENT, VIRTUAL).icmp(3, 3).data(frame(VIRTUAL, CLIENT).udp(port, 50000).data('q').datagram());
    expect(bench.send(error(53)).verdict).toBe('pass');
    bench.services.execute({ type: 'set-sysctl', name: 'schedule_icmp', value: [1] }, 0);
    expect(bench.send(error(53))).toMatchObject({ verdict: 'forward', via: SERVER });
    expect(bench.entries()).toMatchObject([{ clientPort: 50000, virtualPort: 53, state: 'UDP', expiresInSeconds: 3 }]);
    expect(bench.send(error(54))).toEqual({ verdict: 'drop: no-server' });
    expect(bench.send(error(55)).verdict).toBe('pass');
  });
});

describe('what the director says itself about a flow', () => {
  const outBytes = (): number | undefined => bench.table()[0]?.counters.outBytes;

  it('counts as going out, unless the flow is masqueraded', () => {
    use(web('gate'));
    expect(bench.send(request().ttl(1)).verdict).toBe('drop: time-to-live');
    expect(outBytes()).toBe(28 + 40);
    use(web6('ipip'));
    expect(bench.send(request6().ttl(1)).datagram?.length).toBe(48 + 60);
    expect(outBytes()).toBe(48 + 60);
  });

  it('does not count for a masqueraded flow', () => {
    use(web('masq'));
    expect(bench.send(request().ttl(1)).verdict).toBe('drop: time-to-live');
    expect(outBytes()).toBe(0);
  });

  it('counts twice for a tunnel: as it leaves, and what the router quoted', () => {
    use(web('ipip'));
    const sent = bench.send(request()).datagram ?? new Uint8Array();
    bench.send(
      frame('10.0.100.9', OWN_ADDRESSES[4])
        .icmp(11, 0)
        .data(sent.subarray(0, 20 + 28)),
    );
    expect(outBytes()).toBe(28 + 28 + 28);
  });
});

describe('answers of servers that are not masqueraded', () => {
  it('count and set the state when they come by all the same, and go their way', () => {
    use(web('gate'));
    bench.send(request());
    expect(bench.send(frame(VIRTUAL, CLIENT).tcp(80, 40000, 'SYN+ACK')).verdict).toBe('pass');
    expect(bench.send(frame(VIRTUAL, CLIENT).ttl(1).tcp(80, 40000, 'RST')).verdict).toBe('pass');
    expect(bench.table()[0]?.counters).toMatchObject({ outPackets: 1, outBytes: 40 });
    bench.send(request('ACK'));
    bench.send(frame(VIRTUAL, CLIENT).tcp(80, 40000, 'FIN+ACK'));
    expect(bench.entries()[0]?.state).toBe('FIN_WAIT');
  });
});

describe('what a server says about no flow', () => {
  it('goes its way, unless nat_icmp_send wants it told', () => {
    use(web('masq'), service('UDP', `${VIRTUAL}:53`, { [`${SERVER}:53`]: 1 }, 'gate'));
    const stray = (flags: string): FrameBuilder => frame(SERVER, CLIENT).tcp(80, 40000, flags);
    expect(bench.send(stray('ACK')).verdict).toBe('pass');
    bench.services.execute({ type: 'set-sysctl', name: 'nat_icmp_send', value: [1] }, 0);
    const told = bench.send(stray('ACK'), '10.0.100.1');
    const { verdict, datagram } = told;
    expect([verdict, datagram?.[20], datagram?.[21], datagram?.[28 + 8]]).toEqual(['drop: no-server', 3, 3, 63]);
    expect(bench.send(stray('RST')).verdict).toBe('pass');
    expect(bench.send(stray('ACK').ttl(1)).verdict).toBe('pass');
    expect(bench.send(frame(SERVER, CLIENT).tcp(81, 40000, 'ACK')).verdict).toBe('pass');
    expect(bench.send(frame(SERVER, CLIENT).udp(80, 40000)).verdict).toBe('pass');
    expect(bench.send(frame(SERVER, CLIENT).udp(53, 40000)).verdict).toBe('pass');
  });
});

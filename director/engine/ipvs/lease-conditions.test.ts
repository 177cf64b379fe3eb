import { beforeEach, describe, expect, it } from 'vitest';
import { frame } from '../packet/packet-builder.ts';
import type { FrameBuilder } from '../packet/packet-builder.ts';
import { MORE_FRAGMENTS } from '../packet/packet.ts';
import { ForwarderBench, service } from './forwarder-bench.ts';

const CLIENT = '192.168.1.10';
const VIRTUAL = '192.168.1.202';
const SERVER = '10.0.100.2';

let bench: ForwarderBench;
beforeEach(() => {
  bench = new ForwarderBench();
  bench.hold(VIRTUAL);
});

const request = (flags: string, port = 80): FrameBuilder => frame(CLIENT, VIRTUAL).tcp(40_000, port, flags);
const answer = (flags: string, port = 80): FrameBuilder => frame(SERVER, CLIENT).tcp(port, 40_000, flags);

function sendAll(...packets: FrameBuilder[]): boolean[] {
  return packets.map((packet) => {
    bench.isLeasable = false;
    bench.send(packet);
    return bench.isLeasable;
  });
}

const handshake = (port = 80): FrameBuilder[] => [request('SYN', port), answer('SYN+ACK', port), request('ACK', port)];
const many = (packet: FrameBuilder, count = 8): FrameBuilder[] => Array.from({ length: count }, () => packet);

describe('packets may be forwarded without the engine', () => {
  it('once a TCP connection is established and has shown that it lasts', () => {
    bench.apply(service('TCP', `${VIRTUAL}:80`, { [`${SERVER}:80`]: 1 }));
    expect(sendAll(...handshake(), ...many(request('ACK'), 5))).toEqual(Array(8).fill(false));
    expect(sendAll(request('ACK'), answer('ACK'))).toEqual([true, true]);
  });

  it('no more once an end of the connection is in sight', () => {
    bench.apply(service('TCP', `${VIRTUAL}:80`, { [`${SERVER}:80`]: 1 }));
    sendAll(...handshake(), ...many(request('ACK')));
    expect(sendAll(request('FIN+ACK'), answer('ACK'), request('ACK'))).toEqual([false, false, false]);
  });

  it('when they are UDP datagrams of a flow, but not their fragments', () => {
    bench.apply(service('UDP', `${VIRTUAL}:53`, { [`${SERVER}:53`]: 1 }));
    const query = (): FrameBuilder => frame(CLIENT, VIRTUAL).udp(40_000, 53).data('x');
    sendAll(...many(query()));
    expect(sendAll(query(), query().fragment(MORE_FRAGMENTS))).toEqual([true, false]);
  });

  it('by direct routing, but not through tunnels', () => {
    bench.apply(service('TCP', `${VIRTUAL}:80`, { [`${SERVER}:80`]: 1 }, 'gate'));
    expect(sendAll(request('SYN'), ...many(request('ACK'), 7)).at(-1)).toBe(true);
    bench.apply(service('TCP', `${VIRTUAL}:81`, { [`${SERVER}:81`]: 1 }, 'ipip'));
    expect(sendAll(request('SYN', 81), ...many(request('ACK', 81))).at(-1)).toBe(false);
  });

  it('not on control connections of FTP, which are read', () => {
    bench.apply(service('TCP', `${VIRTUAL}:21`, { [`${SERVER}:21`]: 1 }));
    expect(sendAll(...handshake(21), ...many(request('ACK', 21))).at(-1)).toBe(false);
  });

  it('not with one-packet scheduling', () => {
    bench.apply(service('UDP', `${VIRTUAL}:53`, { [`${SERVER}:53`]: 1 }, 'gate', { onePacket: true }));
    expect(sendAll(...many(frame(CLIENT, VIRTUAL).udp(40_000, 53).data('x'), 20)).at(-1)).toBe(false);
  });
});

describe('what was forwarded so', () => {
  it('is counted for server, service and connection, and puts the end off', () => {
    bench.apply(service('UDP', `${VIRTUAL}:53`, { [`${SERVER}:53`]: 1 }));
    bench.send(frame(CLIENT, VIRTUAL).udp(40_000, 53).data('x'));
    bench.pass(200_000);
    bench.balancer.leasedIn(0, 10, 1000, bench.now);
    bench.balancer.leasedOut(0, 5, 700, bench.now);
    const [listed] = bench.table();
    const counters = { inPackets: 11, inBytes: 1029, outPackets: 5, outBytes: 700 };
    expect([listed?.counters, listed?.realServers[0]?.counters]).toEqual([
      expect.objectContaining(counters),
      expect.objectContaining(counters),
    ]);
    expect(bench.balancer.connections.packets(0)).toBe(11);
    bench.pass(250_000);
    expect(bench.entries()).toHaveLength(1);
    bench.pass(100_000);
    expect(bench.entries()).toHaveLength(0);
  });
});

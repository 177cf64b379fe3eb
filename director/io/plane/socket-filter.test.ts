import { describe, expect, it } from 'vitest';
import { frame } from '../../engine/packet/packet-builder.ts';
import type { FrameBuilder } from '../../engine/packet/packet-builder.ts';
import { ForwarderBench, service } from '../../engine/ipvs/forwarder-bench.ts';
import { AnsweringServers } from './answering-servers.ts';
import { run } from './classic-machine.ts';
import { ringFilter, selection, socketFilter } from './socket-filter.ts';
import type { Instruction } from './socket-filter.ts';

function rulesFor(...services: ReturnType<typeof service>[]): ReturnType<AnsweringServers['update']> {
  const bench = new ForwarderBench();
  bench.apply(...services);
  return new AnsweringServers().update(bench.services.all(), 0);
}

const filterFor = (...services: ReturnType<typeof service>[]): Instruction[] => socketFilter(rulesFor(...services));

const program = filterFor(
  service('TCP', '192.168.1.202:80', { '10.0.100.2:8080': 1, '10.0.100.3:8080': 1 }),
  service('UDP', '192.168.1.200:53', { '10.0.100.5:53': 1 }),
  service('TCP', '[2001:db8:1::202]:80', { '[2001:db8:a::2]:80': 1 }),
  service('TCP', '[2001:db8:1::203]:80', { '[2001:db8:a::3]:80': 1 }),
  service('TCP', '192.168.1.204:80', { '10.0.100.7:80': 1 }, 'gate'),
);

describe('the filter of the rings', () => {
  it.each<[boolean, string, FrameBuilder]>([
    [true, 'a request', frame('192.168.1.10', '192.168.1.202').tcp(40000, 80, 'SYN')],
    [true, 'a query', frame('192.168.1.10', '192.168.1.200').udp(40000, 53)],
    [true, 'an answer of the first server', frame('10.0.100.2', '192.168.1.10').tcp(8080, 40000, 'ACK')],
    [
      true,
      'an answer behind IPv4 options',
      frame('10.0.100.2', '192.168.1.10').options(1, 1, 1, 0).tcp(8080, 40000, 'ACK'),
    ],
    [true, 'an answer of the last server', frame('10.0.100.5', '192.168.1.10').udp(53, 40000)],
    [true, 'a later fragment of an answer', frame('10.0.100.5', '192.168.1.10').fragment(0x0010).raw(17).data('x')],
    [true, 'an ICMP error', frame('10.9.9.9', '192.168.1.10').icmp(3, 4)],
    [true, 'an IPv6 request', frame('2001:db8:1::10', '2001:db8:1::202').tcp(40000, 80, 'SYN')],
    [true, 'one to the other address', frame('2001:db8:1::10', '2001:db8:1::203').tcp(40000, 80, 'SYN')],
    [true, 'an IPv6 answer', frame('2001:db8:a::3', '2001:db8:1::10').tcp(80, 40000, 'ACK')],
    [true, 'an ICMPv6 error', frame('2001:db8:9::9', '2001:db8:1::10').icmp(2, 0)],
    [true, 'a request by direct routing', frame('192.168.1.10', '192.168.1.204').tcp(40000, 80, 'SYN')],
    [false, 'what a directly routed server sends', frame('10.0.100.7', '192.168.1.10').tcp(80, 40000, 'ACK')],
    [false, 'other IPv6', frame('2001:db8:1::10', '2001:db8:1::204').tcp(40000, 80, 'SYN')],
    [false, 'a server’s own connection', frame('10.0.100.2', '9.9.9.9').tcp(50000, 443, 'SYN')],
    [false, 'other routed traffic', frame('10.0.100.9', '192.168.1.10').tcp(8080, 40000, 'ACK')],
    [false, 'traffic for the director', frame('192.168.1.10', '192.168.1.101').tcp(40000, 80, 'ACK')],
  ])('lets through (%s) %s', (expected, _, builder) => {
    expect(run(program, builder.packet().bytes)).toBe(expected);
  });

  it('rejects other ethertypes and cut frames', () => {
    expect(run(program, new Uint8Array(60))).toBe(false);
    expect(run(program, frame('192.168.1.10', '192.168.1.202').tcp(1, 80, 'SYN').packet().bytes.slice(0, 30))).toBe(
      false,
    );
  });

  it('gives each frame to just one of an interface’s two rings, by its length', () => {
    const selected = selection(rulesFor(service('TCP', '192.168.1.202:80', { '10.0.100.2:80': 1 })));
    for (const [length, expected] of [
      [1400, [true, false]],
      [2000, [false, true]],
    ] as const) {
      const { bytes } = frame('192.168.1.10', '192.168.1.202').tcp(1, 80, 'ACK').data(new Uint8Array(length)).packet();
      expect([run(ringFilter('small', selected), bytes), run(ringFilter('large', selected), bytes)]).toEqual(expected);
    }
  });

  it('lets everything through for a service by mark', () => {
    const marked = service('TCP', '0.0.0.0:0', {});
    const selected = selection(rulesFor({ ...marked, service: { ...marked.service, protocol: 'FWM', mark: 7 } }));
    expect(run(ringFilter('small', selected), new Uint8Array(60))).toBe(true);
  });

  it('lets everything through when there are too many servers for a program', () => {
    const servers = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [`10.1.${String(index >> 8)}.${String(index & 255)}:80`, 1]),
    );
    const selected = selection(rulesFor(service('TCP', '192.168.1.202:80', servers)));
    expect(run(ringFilter('small', selected), new Uint8Array(60))).toBe(true);
  });
});

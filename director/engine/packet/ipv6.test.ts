import { describe, expect, it } from 'vitest';
import { parseAddress } from '../address.ts';
import { buildIcmpError, icmpErrorOf } from './icmp-error.ts';
import { datagramOf, frame, hasGoodChecksums, packetOf } from './packet-builder.ts';
import type { FrameBuilder } from './packet-builder.ts';
import { decrementTimeToLive, rewriteDestination, rewriteSource } from './rewrite.ts';
import { buildTcpReset } from './tcp-reset.ts';

const CLIENT = '2001:db8:1::10';
const VIRTUAL = '2001:db8:1::202';
const SERVER = '2001:db8:a:64::2';
const words = (address: string): Uint32Array => parseAddress(address)?.words ?? new Uint32Array(4);

/** Hop-by-hop options, routing, destination options; each names the next. */
const EXTENSIONS = [43, 0, 1, 4, 0, 0, 0, 0, 60, 0, 4, 0, 0, 0, 0, 0, 6, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/** A fragment header before TCP: offset in units of 8 bytes. */
const fragmentHeader = (next: number, offset: number, more: 0 | 1, id = 0x01020304): number[] => [
  next,
  0,
  (offset << 3) >> 8,
  ((offset << 3) & 0xff) | more,
  id >> 24,
  (id >> 16) & 255,
  (id >> 8) & 255,
  id & 255,
];

describe('an IPv6 packet', () => {
  it('is read with its addresses, ports and lengths', () => {
    const packet = frame(CLIENT, VIRTUAL).ttl(7).tcp(40000, 80, 'SYN').data('hello').packet(3);
    expect(packet).toMatchObject({ family: 6, protocol: 6, sourcePort: 40000, destinationPort: 80, ipLength: 65 });
    expect(packet.addresses).toEqual(Uint32Array.of(...words(CLIENT), ...words(VIRTUAL)));
    expect([packet.timeToLive(), packet.tcpFlags(), packet.mayFragment()]).toEqual([7, 2, false]);
  });

  it('is read behind extension headers', () => {
    const packet = frame(CLIENT, VIRTUAL)
      .extensions(0, ...EXTENSIONS)
      .tcp(40000, 80, 'SYN')
      .packet();
    expect(packet).toMatchObject({ protocol: 6, sourcePort: 40000, destinationPort: 80 });
    expect(packet.transport - packet.ip).toBe(40 + EXTENSIONS.length);
  });

  it('is read behind an authentication header, whose length counts in words', () => {
    const header = [6, 4, 0, 0, ...new Array<number>(20).fill(1)];
    expect(
      frame(CLIENT, VIRTUAL)
        .extensions(51, ...header)
        .tcp(1, 2, 'SYN')
        .packet(),
    ).toMatchObject({ destinationPort: 2 });
  });

  it('as first fragment has ports, as a later one has none, and both have one identification', () => {
    const first = frame(CLIENT, VIRTUAL)
      .extensions(44, ...fragmentHeader(17, 0, 1))
      .udp(1, 2)
      .data('12345678')
      .packet();
    const later = frame(CLIENT, VIRTUAL)
      .extensions(44, ...fragmentHeader(17, 2, 0))
      .raw(17)
      .data('abc')
      .packet();
    expect([first.isFirstFragment(), first.isLaterFragment(), first.destinationPort]).toEqual([true, false, 2]);
    expect([later.isFirstFragment(), later.isLaterFragment(), later.destinationPort]).toEqual([false, true, 0]);
    expect([first.identification(), later.identification()]).toEqual([0x01020304, 0x01020304]);
    expect(later.protocol).toBe(17);
  });

  it.each<[string, FrameBuilder]>([
    ['no next header', frame(CLIENT, VIRTUAL).extensions(59).raw(59).data('12345678')],
    ['headers that are cut off', frame(CLIENT, VIRTUAL).extensions(0, 6, 9).raw(6)],
    ['a transport that is cut off', frame(CLIENT, VIRTUAL).raw(6).data('1234567890123456789')],
    ['ICMP of IPv4', frame(CLIENT, VIRTUAL).raw(1).data('12345678')],
    ['another protocol', frame(CLIENT, VIRTUAL).raw(132).data('123456789012')],
  ])('is left to the kernel with %s', (_, builder) => {
    expect(packetOf(builder.datagram())).toBeUndefined();
  });
});

const between = (): FrameBuilder => frame(CLIENT, VIRTUAL);
const towardsServer = (): FrameBuilder => frame(CLIENT, SERVER);

/** As in rewrite.test.ts: packet in, packet out as a sender would have built it. */
const rows: [string, FrameBuilder, FrameBuilder][] = [
  ['TCP', between().tcp(40000, 80, 'SYN'), towardsServer().tcp(40000, 8080, 'SYN')],
  ['odd data', between().tcp(1, 80, 'ACK').data('abc'), towardsServer().tcp(1, 8080, 'ACK').data('abc')],
  ['partial TCP', between().tcp(1, 80, 'ACK').partial(), towardsServer().tcp(1, 8080, 'ACK').partial()],
  ['UDP', between().udp(1, 80).data('q'), towardsServer().udp(1, 8080).data('q')],
  ['partial UDP', between().udp(1, 80).data('q').partial(), towardsServer().udp(1, 8080).data('q').partial()],
  [
    'TCP behind extension headers',
    between()
      .extensions(0, ...EXTENSIONS)
      .tcp(1, 80, 'ACK'),
    towardsServer()
      .extensions(0, ...EXTENSIONS)
      .tcp(1, 8080, 'ACK'),
  ],
  ['an echo request', between().icmp(128, 0).data('ping'), towardsServer().icmp(128, 0).data('ping')],
];

describe('rewriting IPv6', () => {
  it.each(rows)('of %s gives the packet that a sender would have built', (_, before, after) => {
    const packet = before.packet(3);
    rewriteDestination(packet, words(SERVER), 0, 8080);
    expect(datagramOf(packet)).toEqual(after.datagram());
  });

  it('works on the source alike, and on the hop limit', () => {
    const packet = frame(SERVER, CLIENT).tcp(8080, 40000, 'SYN+ACK').packet();
    rewriteSource(packet, Uint32Array.of(9, ...words(VIRTUAL)), 1, 80);
    decrementTimeToLive(packet);
    expect(datagramOf(packet)).toEqual(frame(VIRTUAL, CLIENT).ttl(63).tcp(80, 40000, 'SYN+ACK').datagram());
  });
});

describe('answers to IPv6 packets', () => {
  it('are ICMPv6 errors with the packet in them', () => {
    const request = between().udp(40000, 53).data('query');
    const expected = frame(VIRTUAL, CLIENT).icmp(1, 4).data(request.datagram()).datagram();
    expect(buildIcmpError(request.packet(), icmpErrorOf(6, 'port-unreachable'), words(VIRTUAL))).toEqual(expected);
  });

  it('quote no more than fits in 1280 bytes, and tell the MTU', () => {
    const request = between().tcp(1, 2, 'ACK').data(new Uint8Array(1400)).packet();
    const error = buildIcmpError(request, icmpErrorOf(6, 'too-big', 1460), words(VIRTUAL)) ?? new Uint8Array();
    expect(error).toHaveLength(1280);
    expect(hasGoodChecksums(error)).toBe(true);
    expect([error[40], error[41], new DataView(error.buffer).getUint32(44)]).toEqual([2, 0, 1460]);
  });

  it.each([
    ['about ICMPv6 errors', between().icmp(1, 0)],
    ['about redirects', between().icmp(137, 0)],
    ['to multicast senders', frame('ff02::1', VIRTUAL).udp(1, 2)],
    ['to nobody', frame('::', VIRTUAL).udp(1, 2)],
  ])('are not sent %s', (_, builder) => {
    expect(buildIcmpError(builder.packet(), icmpErrorOf(6, 'port-unreachable'), words(VIRTUAL))).toBeUndefined();
  });

  it('are TCP resets with a right checksum', () => {
    const reset = buildTcpReset(between().tcp(40000, 80, 'SYN').packet()) ?? new Uint8Array();
    expect(reset).toHaveLength(60);
    expect(hasGoodChecksums(reset)).toBe(true);
  });
});

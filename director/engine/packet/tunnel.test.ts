import { describe, expect, it } from 'vitest';
import { parseAddress } from '../address.ts';
import { encapsulate } from './encapsulate.ts';
import { fragmentPacket } from './fragment.ts';
import { datagramOf, frame, hasGoodChecksums } from './packet-builder.ts';
import type { FrameBuilder } from './packet-builder.ts';
import type { Packet } from './packet.ts';
import { segmentTunnelled } from './segment.ts';

const ends = (source: string, destination: string) => {
  const from = parseAddress(source);
  const to = parseAddress(destination);
  if (from === undefined || to === undefined) throw new Error('no address');
  return { family: from.family, source: from.words, destination: to.words };
};
const IPV4 = ends('10.0.100.1', '10.0.100.2');
const IPV6 = ends('2001:db8:a::1', '2001:db8:a::2');
const request4 = (): FrameBuilder => frame('192.168.1.10', '192.168.1.202').ttl(63).tos(0x12);
const request6 = (): FrameBuilder => frame('2001:db8:1::10', '2001:db8:1::202').ttl(63).tos(0x12);

function wrap(builder: FrameBuilder, outer: typeof IPV4, copiesDf = true): Packet {
  const packet = builder.packet(64);
  encapsulate(packet, outer, copiesDf, 0x77);
  return packet;
}

describe('encapsulation', () => {
  const inner4 = request4().tcp(40000, 80, 'ACK').data('abc');
  const inner6 = request6().tcp(40000, 80, 'ACK').data('abc');
  const outer4 = (): FrameBuilder => frame('10.0.100.1', '10.0.100.2').ttl(63).tos(0x12);
  const outer6 = (): FrameBuilder => frame('2001:db8:a::1', '2001:db8:a::2').ttl(63).tos(0x12);

  it.each<[string, FrameBuilder, typeof IPV4, FrameBuilder]>([
    ['IPv4 in IPv4, DF copied', inner4, IPV4, outer4().id(0).fragment(0x4000).raw(4).data(inner4.datagram())],
    ['IPv6 in IPv6', inner6, IPV6, outer6().raw(41).data(inner6.datagram())],
    ['IPv4 in IPv6', inner4, IPV6, outer6().raw(4).data(inner4.datagram())],
    ['IPv6 in IPv4', inner6, IPV4, outer4().id(0x77).fragment(0).raw(41).data(inner6.datagram())],
  ])('of %s copies time to live and type of service', (_, inner, outer, expected) => {
    expect(datagramOf(wrap(inner, outer))).toEqual(expected.datagram());
  });

  it('takes no DF from a packet that has none, nor when it shall not', () => {
    const cuttable = request4().fragment(0).udp(1, 2).data('x');
    const expected = outer4().id(0x77).fragment(0).raw(4).data(cuttable.datagram()).datagram();
    expect(datagramOf(wrap(cuttable, IPV4))).toEqual(expected);
    expect(datagramOf(wrap(inner4, IPV4, false))[6]).toBe(0);
  });

  it('finishes a checksum that was left to the device', () => {
    const packet = wrap(request4().tcp(40000, 80, 'ACK').data('abc').partial(), IPV4);
    expect(datagramOf(packet).subarray(20)).toEqual(inner4.datagram());
  });

  it('makes a frame of the outer family', () => {
    const packet = wrap(inner4, IPV6);
    expect(packet.view.getUint16(packet.start + 12)).toBe(0x86dd);
    expect(packet.start).toBe(64 - 40);
  });
});

describe('a large tunnelled packet', () => {
  it.each([
    ['IPv4', request4, IPV4, 20],
    ['IPv6', request6, IPV6, 40],
    ['IPv6 in IPv4', request6, IPV4, 20],
  ] as const)('is cut into whole TCP segments, %s', (_, request, outer, header) => {
    const data = Uint8Array.from({ length: 3000 }, (__, index) => index & 255);
    const flags = { sequence: 0xffff_ff00 };
    const packet = wrap(request().tcp(40000, 80, 'ACK+PSH', flags).data(data).partial().segments(1400), outer);
    const segments = segmentTunnelled(packet);
    const inners = segments.map((segment) => segment.slice(header));
    const innerHeader = request === request4 ? 20 : 40;
    expect(inners.map((inner) => hasGoodChecksums(inner))).toEqual([true, true, true]);
    expect(inners.map((inner) => inner.length - innerHeader - 20)).toEqual([1400, 1400, 200]);
    const views = inners.map((inner) => new DataView(inner.buffer));
    expect(views.map((view) => view.getUint32(innerHeader + 4))).toEqual([0xffff_ff00, 1144, 2544]);
    expect(views.map((view) => view.getUint8(innerHeader + 13))).toEqual([0x10, 0x10, 0x18]);
    expect(inners.flatMap((inner) => [...inner.subarray(innerHeader + 20)])).toEqual([...data]);
    const lengths = segments.map((segment) => new DataView(segment.buffer).getUint16(header === 20 ? 2 : 4));
    expect(lengths).toEqual(segments.map(({ length }) => (header === 20 ? length : length - 40)));
  });

  it('is cut into UDP datagrams', () => {
    const packet = wrap(request4().udp(40000, 53).data(new Uint8Array(2500)).partial().segments(1200), IPV4);
    const inners = segmentTunnelled(packet).map((segment) => segment.slice(20));
    expect(inners.map((inner) => [inner.length, hasGoodChecksums(inner)])).toEqual([
      [1228, true],
      [1228, true],
      [128, true],
    ]);
    expect(inners.map((inner) => new DataView(inner.buffer).getUint16(24))).toEqual([1208, 1208, 108]);
  });
});

describe('a tunnelled packet longer than the link', () => {
  it('is cut in the outer IPv4 header', () => {
    const packet = wrap(request4().fragment(0).udp(1, 2).data(new Uint8Array(1472)), IPV4);
    const pieces = fragmentPacket(packet, 1500);
    expect(pieces.map(({ length }) => length)).toEqual([1500, 40]);
    const whole = pieces.flatMap((piece) => [...piece.subarray(20)]);
    expect(whole).toEqual([...datagramOf(packet).subarray(20)]);
  });

  it('is cut behind the outer IPv6 header', () => {
    const packet = wrap(request4().fragment(0).udp(1, 2).data(new Uint8Array(1472)), IPV6);
    const pieces = fragmentPacket(packet, 1500, 0xabcd);
    expect(pieces.map((piece) => [piece.length, piece[6], piece[40], piece[43]])).toEqual([
      [1496, 44, 4, 1],
      [100, 44, 4, 0xa8],
    ]);
    expect(pieces.flatMap((piece) => [...piece.subarray(48)])).toEqual([...datagramOf(packet).subarray(40)]);
  });
});

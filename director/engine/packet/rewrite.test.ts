import { describe, expect, it } from 'vitest';
import { datagramOf, frame, hasGoodChecksums } from './packet-builder.ts';
import type { FrameBuilder } from './packet-builder.ts';
import { decrementTimeToLive, rewriteDestination, rewriteSource } from './rewrite.ts';

const SERVER = Uint32Array.of(0, 0, 0, 0x0a006402);
const between = (): FrameBuilder => frame('192.168.1.10', '192.168.1.202');
const towardsServer = (): FrameBuilder => frame('192.168.1.10', '10.0.100.2');

/** Description, packet in, packet out; the outgoing one is built from scratch, so its checksums are not incremental. */
const rows: [string, FrameBuilder, FrameBuilder][] = [
  ['TCP with a whole checksum', between().tcp(40000, 80, 'SYN'), towardsServer().tcp(40000, 8080, 'SYN')],
  [
    'TCP with data of odd length',
    between().tcp(40000, 80, 'ACK').data('abc'),
    towardsServer().tcp(40000, 8080, 'ACK').data('abc'),
  ],
  [
    'TCP whose checksum the hardware finishes',
    between().tcp(40000, 80, 'ACK').data('abc').partial(),
    towardsServer().tcp(40000, 8080, 'ACK').data('abc').partial(),
  ],
  ['UDP with a checksum', between().udp(40000, 80).data('q'), towardsServer().udp(40000, 8080).data('q')],
  [
    'UDP without a checksum',
    between().udp(40000, 80, false).data('q'),
    towardsServer().udp(40000, 8080, false).data('q'),
  ],
  [
    'UDP whose checksum the hardware finishes',
    between().udp(40000, 80).data('q').partial(),
    towardsServer().udp(40000, 8080).data('q').partial(),
  ],
  [
    'a header with options',
    between().options(7, 7, 4, 0, 0, 0, 0, 0).tcp(40000, 80, 'ACK'),
    towardsServer().options(7, 7, 4, 0, 0, 0, 0, 0).tcp(40000, 8080, 'ACK'),
  ],
];

describe('rewriting the destination', () => {
  it.each(rows)('of %s gives the packet that a sender would have built', (_, before, after) => {
    const packet = before.packet(3);
    rewriteDestination(packet, SERVER, 0, 8080);
    expect(datagramOf(packet)).toEqual(after.datagram());
  });

  it('of a first fragment leaves a checksum over the whole datagram right', () => {
    const whole = between().udp(40000, 80).data('0123456789abcdefghij');
    const first = whole.datagram().slice(0, 36);
    const packet = between().fragment(0x2000).raw(17).data(first.subarray(20)).packet();
    packet.load(0, packet.length);
    rewriteDestination(packet, SERVER, 0, 8080);
    const expected = towardsServer().udp(40000, 8080).data('0123456789abcdefghij').datagram();
    expect(datagramOf(packet).subarray(20)).toEqual(expected.subarray(20, 36));
  });

  it('of a later fragment changes the address and nothing behind the header', () => {
    const packet = between().fragment(0x0002).raw(17).data('0123456789').packet();
    rewriteDestination(packet, SERVER, 0, 8080);
    expect(datagramOf(packet)).toEqual(towardsServer().fragment(0x0002).raw(17).data('0123456789').datagram());
  });

  it('never turns a UDP checksum into "none"', () => {
    // Ports and data are such that the sum comes out as zero for one of 65536 payloads: try them all.
    for (let word = 0; word < 65536; word++) {
      const data = Uint8Array.of(word >> 8, word & 255);
      const packet = between().udp(40000, 80).data(data).packet();
      rewriteDestination(packet, SERVER, 0, 8080);
      if (packet.view.getUint16(packet.transport + 6) === 0) expect.fail(`payload ${String(word)}`);
    }
  });
});

describe('rewriting the source', () => {
  it('is the inverse of rewriting the destination, seen from the other side', () => {
    const packet = frame('10.0.100.2', '192.168.1.10').tcp(8080, 40000, 'SYN+ACK').packet();
    rewriteSource(packet, Uint32Array.of(0, 0, 0, 0xc0a801ca), 0, 80);
    expect(datagramOf(packet)).toEqual(frame('192.168.1.202', '192.168.1.10').tcp(80, 40000, 'SYN+ACK').datagram());
  });
});

describe('decrementing the time to live', () => {
  it.each([255, 64, 2])('keeps the header checksum right at %d', (ttl) => {
    const packet = between().ttl(ttl).tcp(40000, 80, 'SYN').packet();
    decrementTimeToLive(packet);
    expect(packet.timeToLive()).toBe(ttl - 1);
    expect(hasGoodChecksums(datagramOf(packet))).toBe(true);
  });
});

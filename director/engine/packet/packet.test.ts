import { describe, expect, it } from 'vitest';
import { frame } from './packet-builder.ts';
import { Packet } from './packet.ts';

const packetOf = (change: (bytes: Uint8Array) => void): boolean => {
  const { bytes } = frame('192.168.1.10', '192.168.1.202').tcp(40000, 80, 'SYN').packet();
  change(bytes);
  return new Packet(bytes).load(0, bytes.length);
};

describe('loading a frame', () => {
  it('reads addresses, ports and lengths', () => {
    const packet = frame('192.168.1.10', '192.168.1.202').ttl(7).tcp(40000, 80, 'SYN+ACK').data('hello').packet(5);
    expect(packet).toMatchObject({
      family: 4,
      addresses: Uint32Array.of(0, 0, 0, 0xc0a8010a, 0, 0, 0, 0xc0a801ca),
      sourcePort: 40000,
      destinationPort: 80,
      protocol: 6,
      ipLength: 45,
    });
    expect([packet.timeToLive(), packet.tcpFlags()]).toEqual([7, 0x12]);
  });

  it('does not count the padding of short Ethernet frames', () => {
    const { bytes } = frame('10.0.0.1', '10.0.0.2').udp(1, 2).packet();
    const padded = new Uint8Array(60);
    padded.set(bytes);
    const packet = new Packet(padded);
    expect(packet.load(0, 60)).toBe(true);
    expect(packet.ipLength).toBe(28);
  });

  it('measures the segments of a packet that the device cuts up', () => {
    const packet = frame('10.0.0.1', '10.0.0.2').tcp(1, 2, 'ACK').data(new Uint8Array(9000)).segments(1448).packet();
    expect([packet.ipLength, packet.largestIpLength()]).toEqual([9040, 1488]);
  });

  it.each<[string, (bytes: Uint8Array) => void]>([
    ['another ethertype', (bytes) => (bytes[13] = 0x06)],
    ['another IP version', (bytes) => (bytes[14] = 0x65)],
    ['a header length below 20', (bytes) => (bytes[14] = 0x44)],
    ['a wrong header checksum', (bytes) => (bytes[24] = (bytes[24] ?? 0) ^ 1)],
    ['a total length beyond the frame', (bytes) => (bytes[16] = 0xff)],
    ['a total length below the header', (bytes) => bytes.fill(0, 16, 18)],
  ])('leaves %s alone', (_, change) => {
    expect(packetOf(() => undefined)).toBe(true);
    expect(packetOf(change)).toBe(false);
  });

  it.each([0, 13, 14, 33, 34, 53])('leaves a frame cut at %d bytes alone', (length) => {
    const { bytes } = frame('192.168.1.10', '192.168.1.202').tcp(40000, 80, 'SYN').packet();
    expect(new Packet(bytes).load(0, length)).toBe(false);
  });

  it('survives any bytes', () => {
    const bytes = new Uint8Array(128);
    const packet = new Packet(bytes);
    let seed = 42;
    for (let round = 0; round < 20_000; round++) {
      for (let at = 0; at < bytes.length; at++) bytes[at] = (seed = Math.imul(seed, 1103515245) + 12345) >>> 16;
      bytes.set([0x08, 0x00, 0x40 | ((seed >>> 9) & 15)], 12);
      packet.load(0, (seed >>> 20) % 129);
    }
    expect(packet.start).toBe(0);
  });
});

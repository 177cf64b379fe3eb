import { describe, expect, it } from 'vitest';
import { encodeAdvert, pseudoHeader, vrrpMulticastAddress, vrrpMulticastAddress6, type Advert } from './advert.ts';
import { internetChecksum } from './checksum.ts';
import { decodeDatagram, encodeDatagram, isMulticast } from './datagram.ts';
import { neighbourAdvertisementFrame } from './neighbour.ts';
import { alone, masterAddresses } from './simulated-instances.ts';
import { SimulatedLink } from './simulated-link.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('datagrams', () => {
  it.each([
    ['192.168.1.1', vrrpMulticastAddress],
    ['fe80::1', vrrpMulticastAddress6],
  ])('from %s come back as they went', (source, destination) => {
    const datagram = { source, destination, ttl: 255, payload: Uint8Array.of(1, 2, 3) };
    const packet = encodeDatagram(datagram);
    expect(decodeDatagram(packet)).toEqual(datagram);
    // Trailing bytes, such as Ethernet's padding, are not part of it.
    expect(decodeDatagram(Uint8Array.of(...packet, 0, 0, 0, 0))).toEqual(datagram);
    expect(decodeDatagram(packet.subarray(0, packet.length - 1))).toBeUndefined();
  });

  it('are marked as internetwork control, IPv4 and IPv6', () => {
    const payload = new Uint8Array(8);
    const four = encodeDatagram({ source: '10.0.0.1', destination: vrrpMulticastAddress, ttl: 255, payload });
    expect(hex(four)).toBe('45c0001c00000000ff7000000a000001e00000120000000000000000');
    const six = encodeDatagram({ source: 'fe80::1', destination: vrrpMulticastAddress6, ttl: 255, payload });
    expect(hex(six.subarray(0, 8))).toBe('6c000000000870ff');
  });

  it('of other protocols are none', () => {
    const packet = encodeDatagram({
      ...{ source: '10.0.0.1', destination: '10.0.0.2', ttl: 1, payload: new Uint8Array(8) },
    });
    packet[9] = 6;
    expect(decodeDatagram(packet)).toBeUndefined();
  });

  it.each([
    ['224.0.0.18', true],
    ['239.1.2.3', true],
    ['10.0.0.1', false],
    ['ff02::12', true],
    ['fe80::1', false],
  ])('%s is multicast: %s', (address, expected) => {
    expect(isMulticast(address)).toBe(expected);
  });
});

describe('an unsolicited neighbour advertisement', () => {
  const frame = neighbourAdvertisementFrame(Uint8Array.of(2, 0, 0, 0, 0, 9), '2001:db8::9', true);

  it('goes to all nodes with hop limit 255, router and override set, and carries the hardware address', () => {
    expect(hex(frame)).toBe(
      '333300000001' +
        '020000000009' +
        '86dd' + // Ethernet
        '6000000000203aff' +
        '20010db8000000000000000000000009' +
        'ff020000000000000000000000000001' +
        '8800' +
        hex(frame.subarray(56, 58)) +
        'a0000000' +
        '20010db8000000000000000000000009' +
        '0201020000000009',
    );
  });

  it('sums up with its pseudo-header', () => {
    const path = { source: '2001:db8::9', destination: 'ff02::1' };
    expect(internetChecksum(pseudoHeader(path, 32, 58), frame.subarray(54))).toBe(0);
  });

  it('does not claim to be a router where this machine is none', () => {
    expect(neighbourAdvertisementFrame(new Uint8Array(6), 'fe80::1', false)[58]).toBe(0x20);
  });
});

describe('100,000 mutated adverts', () => {
  it('neither crash the router nor move a master that owns its addresses', { timeout: 120_000 }, () => {
    const link = new SimulatedLink();
    link.add('a', alone({ priority: 255 }), masterAddresses);
    link.advance(10);
    const router = link.router('a');
    const way = { source: '192.168.1.9', destination: vrrpMulticastAddress };
    const advert: Advert = {
      ...{ version: 2, vrid: 51, priority: 100, advertIntervalMs: 1000, addresses: ['192.168.1.200'] },
    };
    const six = { source: 'fe80::9', destination: vrrpMulticastAddress6 };
    const good = [
      encodeDatagram({ ...way, ttl: 255, payload: encodeAdvert(advert, way) }),
      encodeDatagram({
        ...{ ...six, ttl: 255 },
        payload: encodeAdvert({ ...advert, version: 3, addresses: ['fe80::200'] }, six),
      }),
    ];
    let seed = 4711;
    const random = (below: number): number =>
      ((seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) >>> 8) % below;
    let refused = 0;
    for (let round = 0; round < 100_000; round++) {
      const packet = Uint8Array.from(good[round % 2] ?? []).subarray(0, 20 + random(80));
      for (let flips = random(4); flips >= 0; flips--) packet[random(packet.length)] = random(256);
      if ('problem' in router.receive('eth0', packet, 10)) refused++;
    }
    expect(refused).toBeGreaterThan(99_000);
    expect(link.states('a')).toBe('VI_E MASTER');
    expect(router.receiveProblems.size).toBeLessThan(20);
  });
});

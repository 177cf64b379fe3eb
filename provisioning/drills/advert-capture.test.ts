import { expect, it } from 'vitest';
import { parseCapturedAdvert } from './advert-capture.ts';

it('reads a version 2 advertisement as tcpdump 4.99 prints it', () => {
  const line =
    '1763719846.298693 eth0  M   IP 192.168.1.101 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 150, authtype simple, intvl 1s, length 20';
  expect(parseCapturedAdvert(line)).toEqual({
    at: expect.closeTo(1763719846298.693, 2) as number,
    source: '192.168.1.101',
    vrid: 51,
    priority: 150,
  });
});

it('reads a version 3 advertisement', () => {
  const line =
    '1763719846.298693 eth0  M   IP 192.168.1.101 > 224.0.0.18: VRRPv3, Advertisement, vrid 52, prio 150, intvl 10cs, length 12';
  expect(parseCapturedAdvert(line)).toMatchObject({ vrid: 52, priority: 150 });
});

it('has nothing to say about other lines', () => {
  expect(parseCapturedAdvert('listening on any, link-type LINUX_SLL2')).toBeUndefined();
});

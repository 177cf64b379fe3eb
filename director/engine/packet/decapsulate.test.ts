import { describe, expect, it } from 'vitest';
import { decapsulateIpv4, innerPacket } from './decapsulate.ts';
import { frame } from './packet-builder.ts';

const inner4 = frame('192.168.1.10', '192.168.1.202').tcp(40000, 80, 'SYN').datagram();
const inner6 = frame('2001:db8:1::10', '2001:db8:1::202').tcp(40000, 80, 'SYN').datagram();
const outer = (protocol: number, payload: Uint8Array): Uint8Array =>
  frame('10.0.100.1', '10.0.100.2').raw(protocol).data(payload).datagram();

describe('decapsulation', () => {
  it('takes the outer header off, with its options, and what follows the packet inside', () => {
    expect(decapsulateIpv4(outer(4, inner4))).toEqual(inner4);
    expect(decapsulateIpv4(outer(41, inner6))).toEqual(inner6);
    const options = frame('10.0.100.1', '10.0.100.2').options(1, 1, 1, 0).raw(4).data(inner4).datagram();
    expect(decapsulateIpv4(options)).toEqual(inner4);
    expect(innerPacket(Uint8Array.of(...inner4, 0, 0, 0), 4)).toEqual(inner4);
  });

  it.each<[string, Uint8Array]>([
    ['another family than the header says', outer(41, inner4)],
    ['another protocol', outer(6, inner4)],
    ['a packet that is cut off', outer(4, inner4.subarray(0, 39))],
    ['half a header', outer(4, inner4.subarray(0, 19))],
    ['nothing', outer(4, new Uint8Array())],
    ['no IPv4', new Uint8Array(40)],
  ])('gives nothing for %s', (_, datagram) => {
    expect(decapsulateIpv4(datagram)).toBeUndefined();
  });
});

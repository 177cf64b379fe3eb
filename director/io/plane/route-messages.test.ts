import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../engine/address.ts';
import type { Address } from '../../engine/address.ts';
import { attribute, concatenate } from '../netlink/message.ts';
import {
  decodeAddress,
  decodeLink,
  decodeNeighbour,
  decodeRoute,
  encodeRouteRequest,
  encodeUseNeighbour,
} from './route-messages.ts';

// Captured from Linux 6.18: `ip neigh add 10.0.100.2 lladdr 02:00:00:00:00:02 dev eth0 nud stale`, `ip addr add 10.0.100.1/24`,
// and the route to 192.168.7.9 after `ip route add 192.168.7.0/24 via 10.0.100.254 mtu 1400`.
const neighbour =
  '020000000300000004000001080001000a0064020a00020002000000000200000800040000000000140003007b1700000b0000000b00000000000000';
const address =
  '0218800003000000080001000a006401080002000a006401090003006574683000000000080008008000000014000600ffffffffffffffff08400b0008400b00';
const route =
  '02200000fe0000010002000008000f00fe00000008000100c0a807090800040003000000080007000a006401080005000a0064fe0c0008000800020078050000080019000000000024000c000200000000000000000000000000000000000000000000000000000000000000';

const message = (hex: string): { type: number; sequence: number; payload: Uint8Array } => ({
  type: 0,
  sequence: 0,
  payload: Uint8Array.from(Buffer.from(hex, 'hex')),
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const at = (text: string): Address => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
};

describe('rtnetlink messages', () => {
  it('read a neighbour with its usable hardware address', () => {
    const hardwareAddress = Uint8Array.of(2, 0, 0, 0, 0, 2);
    expect(decodeNeighbour(message(neighbour))).toEqual({
      index: 3,
      address: at('10.0.100.2'),
      state: 4,
      hardwareAddress,
    });
  });

  it('keep the hardware address of a failed neighbour to themselves', () => {
    const failed = `${neighbour.slice(0, 16)}2000${neighbour.slice(20)}`;
    expect(decodeNeighbour(message(failed))).toMatchObject({ state: 0x20, hardwareAddress: undefined });
  });

  it('leave other families alone', () => {
    expect(decodeNeighbour(message(`07${neighbour.slice(2)}`))).toBeUndefined();
    expect(decodeAddress(message(`07${address.slice(2)}`))).toBeUndefined();
  });

  it('read an interface’s address', () => {
    expect(decodeAddress(message(address))).toEqual({ index: 3, address: at('10.0.100.1'), isUsable: true });
  });

  it('read gateway, interface and MTU of a route', () => {
    expect(decodeRoute(message(route))).toEqual({
      type: 1,
      index: 3,
      gateway: at('10.0.100.254'),
      mtu: 1400,
      source: at('10.0.100.1'),
    });
  });

  it('read name, MTU, state and address of a link', () => {
    const fixed = Uint8Array.of(0, 0, 1, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0);
    const payload = concatenate([
      fixed,
      attribute(1, Uint8Array.of(2, 0, 0, 0, 0, 1)),
      attribute(3, new TextEncoder().encode('eth0\0')),
      attribute(4, Uint8Array.of(0x28, 0x23, 0, 0)),
    ]);
    const hardwareAddress = Uint8Array.of(2, 0, 0, 0, 0, 1);
    expect(decodeLink({ type: 16, sequence: 0, payload })).toEqual({
      index: 5,
      name: 'eth0',
      mtu: 9000,
      isUp: true,
      isLoopback: false,
      hardwareAddress,
    });
  });

  it('ask for a route as `ip route get` does', () => {
    expect(hex(encodeRouteRequest(at('192.168.7.9'), undefined))).toBe('022000000000000000000000' + '08000100c0a80709');
    expect(hex(encodeRouteRequest(at('192.168.7.9'), at('10.0.100.1')))).toBe(
      '022020000000000000000000' + '08000100c0a80709' + '080002000a006401',
    );
  });

  it('ask for a route of IPv6, and for one of marked packets', () => {
    expect(hex(encodeRouteRequest(at('2001:db8::1'), undefined, 7))).toBe(
      '0a8000000000000000000000' + '1400010020010db8000000000000000000000001' + '0800100007000000',
    );
  });

  it('ask for a neighbour as `ip neigh add … use` does', () => {
    expect(hex(encodeUseNeighbour(3, at('10.0.100.2')))).toBe('020000000300000000000100' + '080001000a006402');
  });
});

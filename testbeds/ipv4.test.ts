import { describe, expect, test } from 'vitest';
import {
  addressNumber,
  addressText,
  broadcastAddress,
  contains,
  isHostAddress,
  netmask,
  networkAddress,
  overlap,
} from './ipv4.ts';

describe('IPv4 arithmetic', () => {
  test.each(['0.0.0.0', '10.0.100.200', '192.168.1.101', '255.255.255.255'])(
    '%s survives the way there and back',
    (text) => {
      expect(addressText(addressNumber(text))).toBe(text);
    },
  );

  test('knows the ends of a network', () => {
    expect(networkAddress('192.168.1.77/24')).toBe('192.168.1.0');
    expect(broadcastAddress('192.168.1.77/24')).toBe('192.168.1.255');
    expect(broadcastAddress('200.1.2.3/25')).toBe('200.1.2.127');
  });

  test.each([
    [0, '0.0.0.0'],
    [8, '255.0.0.0'],
    [24, '255.255.255.0'],
    [27, '255.255.255.224'],
    [32, '255.255.255.255'],
  ])('writes /%i as %s', (length, text) => expect(netmask(length)).toBe(text));

  test('tells inside from outside, also above 128.0.0.0', () => {
    expect(contains('192.168.1.0/24', '192.168.1.255')).toBe(true);
    expect(contains('192.168.1.0/24', '192.168.2.0')).toBe(false);
    expect(contains('192.168.1.0/24', '192.168.0.255')).toBe(false);
    expect(contains('0.0.0.0/0', '255.255.255.255')).toBe(true);
  });

  test('keeps the first and the last address from hosts', () => {
    expect(isHostAddress('10.0.100.0/24', '10.0.100.0')).toBe(false);
    expect(isHostAddress('10.0.100.0/24', '10.0.100.255')).toBe(false);
    expect(isHostAddress('10.0.100.0/24', '10.0.100.254')).toBe(true);
    expect(isHostAddress('10.0.100.0/24', '10.0.101.1')).toBe(false);
  });

  test('sees that networks overlap, whichever is the larger', () => {
    expect(overlap('10.0.0.0/8', '10.0.100.0/24')).toBe(true);
    expect(overlap('10.0.100.0/24', '10.0.0.0/8')).toBe(true);
    expect(overlap('10.0.100.0/24', '10.0.101.0/24')).toBe(false);
  });
});

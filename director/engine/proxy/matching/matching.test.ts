import { describe, expect, it } from 'vitest';
import type { StringMethod } from '../expressions.ts';
import { networkTest } from './networks.ts';
import { stringTest } from './strings.ts';

describe('networks', () => {
  const isIn = networkTest([
    { address: '10.1.2.3', prefixLength: 8 },
    { address: '192.0.2.7', prefixLength: 32 },
    { address: '2001:db8::', prefixLength: 33 },
    { address: '::ffff:172.16.0.0', prefixLength: 108 },
  ]);

  it.each([
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['192.0.2.7', true],
    ['192.0.2.6', false],
    ['172.31.255.255', true],
    ['172.32.0.0', false],
    ['255.255.255.255', false],
  ])('IPv4 %s: %s', (value, found) => {
    expect(isIn({ type: 'ipv4', value })).toBe(found);
  });

  it.each([
    ['2001:db8:7fff::1', true],
    ['2001:db8:8000::1', false],
    ['::ffff:10.0.0.1', true],
    ['2002:a00:1::', true],
    ['2002:b00:1::', false],
  ])('IPv6 %s: %s', (value, found) => {
    expect(isIn({ type: 'ipv6', value })).toBe(found);
  });

  it('of no length hold everything, and nothing else is an address', () => {
    const all = networkTest([{ address: '0.0.0.0', prefixLength: 0 }]);
    expect(all({ type: 'ipv4', value: '203.0.113.9' })).toBe(true);
    expect(all({ type: 'str', value: '203.0.113.9' })).toBe(false);
  });
});

describe('texts', () => {
  const cases: readonly (readonly [StringMethod, string, string, boolean, boolean])[] = [
    ['str', 'abc', 'abc', false, true],
    ['str', 'abc', 'ABC', false, false],
    ['str', 'abc', 'ABC', true, true],
    ['beg', '/a', '/ab', false, true],
    ['beg', '/b', '/ab', false, false],
    ['end', '.JPG', 'x.jpg', true, true],
    ['sub', 'bc', 'abcd', false, true],
    ['dir', 'b', '/a/b/c', false, true],
    ['dir', '/a/b/', '/a/b?x', false, true],
    ['dir', 'b', '/ab/c', false, false],
    ['dir', 'b', '/bb/b', false, true],
    ['dom', 'example', 'www.example.org:80', false, true],
    ['dom', 'www.example', 'www.example.org', false, true],
    ['dom', 'xample', 'www.example.org', false, false],
    ['dom', '', 'www', false, false],
    ['str', '\xc9', '\xe9', true, false],
  ];

  it.each(cases)('%s %j in %j (without case: %s): %s', (method, pattern, text, ignoreCase, found) => {
    expect(stringTest(method, [pattern], ignoreCase)(text)).toBe(found);
  });

  it('of several patterns any is enough', () => {
    for (const method of ['str', 'beg', 'end', 'sub', 'dir', 'dom'] as const)
      expect(stringTest(method, ['zz', 'a'], false)('a')).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { fromLatin1 } from '../../http/octets.ts';
import { readProxyHeader } from './read-header.ts';
import { proxyBinary, proxyLine } from './write-header.ts';

const read = (octets: Uint8Array | string, to = octets.length) => {
  const buffer = typeof octets === 'string' ? fromLatin1(octets) : octets;
  return readProxyHeader(buffer, 0, to);
};
const four = [
  { address: '192.0.2.1', port: 4711 },
  { address: '198.51.100.7', port: 80 },
] as const;
const six = [
  { address: '2001:db8::1', port: 65535 },
  { address: '2001:db8::2', port: 443 },
] as const;

describe('the PROXY protocol', () => {
  it.each([
    ['a line for IPv4', proxyLine(...four), four],
    ['a line for IPv6', proxyLine(...six), six],
    ['the binary form for IPv4', proxyBinary(...four), four],
    ['the binary form for IPv6, with values', proxyBinary(...six, [{ type: 2, value: fromLatin1('x') }]), six],
  ])('%s is read as it was written, and no sooner than it is whole', (_name, octets, [source, destination]) => {
    for (let to = 0; to < octets.length; to++) expect(read(octets, to)).toBe('more');
    expect(read(octets)).toEqual({ at: octets.length, ends: { source, destination } });
    expect(read(Uint8Array.of(...octets, 71))).toMatchObject({ at: octets.length });
  });

  it('is written as its specification shows', () => {
    expect(new TextDecoder().decode(proxyLine(...four))).toBe('PROXY TCP4 192.0.2.1 198.51.100.7 4711 80\r\n');
    expect([...proxyBinary(...four)]).toEqual([
      ...[13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10, 0x21, 0x11, 0, 12],
      ...[192, 0, 2, 1, 198, 51, 100, 7, 4711 >> 8, 4711 & 255, 0, 80],
    ]);
    expect(new TextDecoder().decode(proxyLine(four[0], six[1]))).toBe('PROXY UNKNOWN\r\n');
  });

  it('leaves the ends as they are for a connection of the proxy itself', () => {
    expect(read('PROXY UNKNOWN ffff::1 whatever\r\n')).toEqual({ at: 32 });
    const local = proxyBinary(...four);
    local[12] = 0x20;
    expect(read(local)).toEqual({ at: local.length });
  });

  it.each([
    'GET / HTTP/1.1\r\n',
    'PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n',
    'PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n',
    'PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n',
    'PROXY TCP4 ::1 ::2 1 2\r\n',
    'PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n',
    'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n',
    `PROXY TCP4 ${'1'.repeat(200)}`,
    '\r\n\r\n\0\r\nQUIT\n\x31\x11\0\x0c',
    '\r\n\r\n\0\r\nQUIT\n\x22\x11\0\x0c',
    '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x04abcd',
    '\r\nGET',
  ])('refuses %j', (octets) => {
    expect(read(octets)).toBe('refused');
  });
});

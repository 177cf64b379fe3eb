import type { OptionKind } from './legality.ts';

const numberTo = (minimum: number, maximum: number): string => `a number from ${minimum} to ${maximum}`;
const threshold = numberTo(0, 0x7fff_ffff);

/** What the value of an option may be, in words. */
export const expectations: Partial<Record<string, string>> & Readonly<Record<'netmask', string>> = {
  'service-address': 'ADDRESS:PORT or [IPv6]:PORT, after -f a mark from 1 to 4294967295',
  'real-server': 'ADDRESS[:PORT] or [IPv6]:PORT',
  persistent: 'seconds from 1 to 2678400',
  netmask: 'a mask as 255.255.255.0, or a length from 1 to 128 for IPv6',
  weight: threshold,
  'u-threshold': threshold,
  'l-threshold': threshold,
  'tun-port': numberTo(1, 65535),
  syncid: numberTo(0, 255),
  'mcast-group': 'a multicast address',
  'mcast-port': numberTo(1, 65535),
  'mcast-ttl': numberTo(1, 255),
  'sync-maxlen': numberTo(1, 65507),
  set: 'three times in seconds, each from 0 to 2678400',
} satisfies Partial<Record<OptionKind | 'set', string>>;

import type { Family } from '../address.ts';
import { checksum } from './checksum.ts';
import { IPV6_HEADER } from './ipv6-headers.ts';
import { IPV4_HEADER } from './packet.ts';

export const DEFAULT_TIME_TO_LIVE = 64;

/** The fields of a header of our own. */
export interface IpFields {
  readonly family: Family;
  readonly protocol: number;
  /** Four words each, in arrays that may hold more. */
  readonly source: Uint32Array;
  readonly sourceAt: number;
  readonly destination: Uint32Array;
  readonly destinationAt: number;
  /** Type of service, or traffic class. */
  readonly trafficClass: number;
  readonly timeToLive: number;
  /** Flags and offset word of IPv4; not in IPv6. */
  readonly fragment: number;
  /** Of IPv4. */
  readonly identification: number;
}

export function headerLength(family: Family): number {
  return family === 4 ? IPV4_HEADER : IPV6_HEADER;
}

/** Writes a header without options at `at`, for a packet of `length` bytes with its header. */
export function writeIpHeader(view: DataView, at: number, length: number, fields: IpFields): void {
  if (fields.family === 4) writeIpv4Header(view, at, length, fields);
  else writeIpv6Header(view, at, length, fields);
}

function writeIpv4Header(view: DataView, at: number, length: number, fields: IpFields): void {
  view.setUint8(at, 0x45);
  view.setUint8(at + 1, fields.trafficClass);
  view.setUint16(at + 2, length);
  view.setUint16(at + 4, fields.identification);
  view.setUint16(at + 6, fields.fragment);
  view.setUint8(at + 8, fields.timeToLive);
  view.setUint8(at + 9, fields.protocol);
  view.setUint16(at + 10, 0);
  view.setUint32(at + 12, fields.source[fields.sourceAt + 3] ?? 0);
  view.setUint32(at + 16, fields.destination[fields.destinationAt + 3] ?? 0);
  view.setUint16(at + 10, checksum(view, at, IPV4_HEADER));
}

function writeIpv6Header(view: DataView, at: number, length: number, fields: IpFields): void {
  view.setUint32(at, 0x6000_0000 + (fields.trafficClass << 20));
  view.setUint16(at + 4, length - IPV6_HEADER);
  view.setUint8(at + 6, fields.protocol);
  view.setUint8(at + 7, fields.timeToLive);
  for (let word = 0; word < 4; word++) {
    view.setUint32(at + 8 + word * 4, fields.source[fields.sourceAt + word] ?? 0);
    view.setUint32(at + 24 + word * 4, fields.destination[fields.destinationAt + word] ?? 0);
  }
}

/** Type of service of IPv4, traffic class of IPv6. */
export function readTrafficClass(view: DataView, ip: number, family: Family): number {
  return family === 4 ? view.getUint8(ip + 1) : (view.getUint16(ip) >> 4) & 0xff;
}

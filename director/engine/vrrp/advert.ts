import { ipv4FromNumber, ipv4ToNumber } from './addresses.ts';
import { internetChecksum } from './checksum.ts';

/**
 * VRRP ADVERTISEMENT for IPv4.
 * Version 3 (RFC 9568 section 5.1)              Version 2 (RFC 3768 section 5.1, authentication RFC 2338 5.3.6)
 *   0 version 4 bits | type 4 bits = 1            the same
 *   1 virtual router identifier                   the same
 *   2 priority                                    the same
 *   3 number of addresses                         the same
 *   4 reserved 4 bits | interval 12 bits, 1/100 s 4 authentication type | 5 interval, s
 *   6 checksum, with a pseudo-header              6 checksum, without
 *   8 addresses, 4 bytes each                     the same, then 8 bytes of authentication data
 */
export interface Advert {
  readonly version: 2 | 3;
  readonly vrid: number;
  /** 0 = the sender stops being master. */
  readonly priority: number;
  readonly advertIntervalMs: number;
  readonly addresses: readonly string[];
  /** Version 2 only; `data` has 8 bytes. */
  readonly authentication?: { readonly type: number; readonly data: Uint8Array };
}

export type MalformedAdvert = 'too-short' | 'version' | 'type' | 'length' | 'checksum';

export const vrrpMulticastAddress = '224.0.0.18';
export const vrrpProtocol = 112;
export const passAuthentication = 1;

const headerLength = 8;
const authenticationLength = 8;
const typeAdvertisement = 1;

/** The bytes after the IP header. `source` is the sender's primary address, which version 3 sums up too. */
export function encodeAdvert(advert: Advert, source: string): Uint8Array {
  const { version, addresses } = advert;
  const addressesEnd = headerLength + addresses.length * 4;
  const bytes = new Uint8Array(addressesEnd + (version === 2 ? authenticationLength : 0));
  const view = new DataView(bytes.buffer);
  bytes.set([(version << 4) | typeAdvertisement, advert.vrid, advert.priority, addresses.length]);
  if (version === 2) bytes.set([advert.authentication?.type ?? 0, Math.round(advert.advertIntervalMs / 1000)], 4);
  else view.setUint16(4, Math.round(advert.advertIntervalMs / 10) & 0xfff);
  addresses.forEach((address, index) => view.setUint32(headerLength + index * 4, ipv4ToNumber(address)));
  if (version === 2 && advert.authentication)
    bytes.set(advert.authentication.data.subarray(0, authenticationLength), addressesEnd);
  view.setUint16(6, checksumOf(version, bytes, source));
  return bytes;
}

/** Reads the bytes after the IP header; what is wrong comes back as a word, never as an exception. */
export function decodeAdvert(bytes: Uint8Array, source: string): Advert | MalformedAdvert {
  if (bytes.length < headerLength) return 'too-short';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(0) >>> 4;
  if (version !== 2 && version !== 3) return 'version';
  if ((view.getUint8(0) & 15) !== typeAdvertisement) return 'type';
  const addressesEnd = headerLength + view.getUint8(3) * 4;
  if (bytes.length !== addressesEnd + (version === 2 ? authenticationLength : 0)) return 'length';
  // A correct checksum makes the sum over everything, itself included, come out as zero.
  if (checksumOf(version, bytes, source) !== 0) return 'checksum';
  const common = {
    vrid: view.getUint8(1),
    priority: view.getUint8(2),
    addresses: Array.from({ length: view.getUint8(3) }, (_, index) =>
      ipv4FromNumber(view.getUint32(headerLength + index * 4)),
    ),
  };
  if (version === 3) return { version, ...common, advertIntervalMs: (view.getUint16(4) & 0xfff) * 10 };
  return {
    version,
    ...common,
    advertIntervalMs: view.getUint8(5) * 1000,
    authentication: { type: view.getUint8(4), data: bytes.slice(addressesEnd) },
  };
}

/** The password as it stands in the packet: 8 bytes, zero-padded. */
export function passwordBytes(password: string): Uint8Array {
  const bytes = new Uint8Array(authenticationLength);
  for (let index = 0; index < Math.min(password.length, authenticationLength); index++)
    bytes[index] = password.charCodeAt(index) & 255;
  return bytes;
}

function checksumOf(version: 2 | 3, bytes: Uint8Array, source: string): number {
  return version === 2 ? internetChecksum(bytes) : internetChecksum(pseudoHeader(source, bytes.length), bytes);
}

function pseudoHeader(source: string, length: number): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, ipv4ToNumber(source));
  view.setUint32(4, ipv4ToNumber(vrrpMulticastAddress));
  view.setUint16(8, vrrpProtocol);
  view.setUint16(10, length);
  return bytes;
}

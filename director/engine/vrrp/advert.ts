import { internetChecksum } from './checksum.ts';
import { bytesOf, textOf, vrrpProtocol } from './datagram.ts';

/**
 * VRRP ADVERTISEMENT.
 * Version 3 (RFC 9568 section 5.1)              Version 2 (RFC 3768 section 5.1, authentication RFC 2338 5.3.6)
 *   0 version 4 bits | type 4 bits = 1            the same
 *   1 virtual router identifier                   the same
 *   2 priority                                    the same
 *   3 number of addresses                         the same
 *   4 reserved 4 bits | interval 12 bits, 1/100 s 4 authentication type | 5 interval, s
 *   6 checksum, with a pseudo-header              6 checksum, without
 *   8 addresses, 4 or 16 bytes each               addresses, 4 bytes each, then 8 bytes of authentication data
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

/** Where an advert travels: both ends are part of version 3's checksum, and their family decides the address length. */
export interface Path {
  readonly source: string;
  readonly destination: string;
}

export type MalformedAdvert = 'too-short' | 'version' | 'type' | 'length' | 'checksum';

export const vrrpMulticastAddress = '224.0.0.18';
export const vrrpMulticastAddress6 = 'ff02::12';
export const passAuthentication = 1;

const headerLength = 8;
const authenticationLength = 8;
const typeAdvertisement = 1;

/**
 * The bytes after the IP header. Version 3 sums up a pseudo-header too (RFC 5798 section 5.2.8, keepalived, FRR);
 * `withoutPseudoHeader` leaves that out for IPv4.
 */
export function encodeAdvert(advert: Advert, path: Path, withoutPseudoHeader = false): Uint8Array {
  const { version, addresses } = advert;
  const size = bytesOf(path.source).length;
  const addressesEnd = headerLength + addresses.length * size;
  const bytes = new Uint8Array(addressesEnd + (version === 2 ? authenticationLength : 0));
  const view = new DataView(bytes.buffer);
  bytes.set([(version << 4) | typeAdvertisement, advert.vrid, advert.priority, addresses.length]);
  if (version === 2) bytes.set([advert.authentication?.type ?? 0, Math.round(advert.advertIntervalMs / 1000)], 4);
  else view.setUint16(4, Math.round(advert.advertIntervalMs / 10) & 0xfff);
  addresses.forEach((address, index) => bytes.set(bytesOf(address), headerLength + index * size));
  if (version === 2 && advert.authentication)
    bytes.set(advert.authentication.data.subarray(0, authenticationLength), addressesEnd);
  const plain = version === 2 || (withoutPseudoHeader && size === 4);
  view.setUint16(6, plain ? internetChecksum(bytes) : internetChecksum(pseudoHeader(path, bytes.length), bytes));
  return bytes;
}

/** Reads the bytes after the IP header; what is wrong comes back as a word, never as an exception. */
export function decodeAdvert(bytes: Uint8Array, path: Path): Advert | MalformedAdvert {
  if (bytes.length < headerLength) return 'too-short';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytesOf(path.source).length;
  const version = view.getUint8(0) >>> 4;
  // Over IPv6 there is only version 3 (RFC 9568 section 5.2.1).
  if (version !== 3 && !(version === 2 && size === 4)) return 'version';
  if ((view.getUint8(0) & 15) !== typeAdvertisement) return 'type';
  const addressesEnd = headerLength + view.getUint8(3) * size;
  if (bytes.length !== addressesEnd + (version === 2 ? authenticationLength : 0)) return 'length';
  if (!isChecksumRight(version, bytes, path)) return 'checksum';
  const common = {
    vrid: view.getUint8(1),
    priority: view.getUint8(2),
    addresses: Array.from({ length: view.getUint8(3) }, (_, index) =>
      textOf(bytes.subarray(headerLength + index * size, headerLength + (index + 1) * size)),
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

/**
 * A correct checksum makes the sum over everything, itself included, come out as zero. For version 3 over IPv4 peers
 * differ: with the pseudo-header (RFC 5798), without it, or with the multicast group in it for unicast (old keepalived).
 */
function isChecksumRight(version: number, bytes: Uint8Array, path: Path): boolean {
  if (version === 3 && internetChecksum(pseudoHeader(path, bytes.length), bytes) === 0) return true;
  if (bytesOf(path.source).length === 16) return false;
  if (internetChecksum(bytes) === 0) return true;
  const asMulticast = { ...path, destination: vrrpMulticastAddress };
  return version === 3 && internetChecksum(pseudoHeader(asMulticast, bytes.length), bytes) === 0;
}

/** RFC 793 section 3.1 for IPv4, RFC 8200 section 8.1 for IPv6. */
export function pseudoHeader({ source, destination }: Path, length: number, protocol = vrrpProtocol): Uint8Array {
  const from = bytesOf(source);
  const to = bytesOf(destination);
  const bytes = new Uint8Array(from.length * 2 + (from.length === 16 ? 8 : 4));
  const view = new DataView(bytes.buffer);
  bytes.set(from);
  bytes.set(to, from.length);
  if (from.length === 16) {
    view.setUint32(32, length);
    bytes[39] = protocol;
  } else {
    bytes[9] = protocol;
    view.setUint16(10, length);
  }
  return bytes;
}

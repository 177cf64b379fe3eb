import { ipv4FromNumber } from './addresses.ts';
import { decodeAdvert, passAuthentication, passwordBytes, vrrpMulticastAddress } from './advert.ts';
import type { Advert, MalformedAdvert } from './advert.ts';
import type { VrrpInstanceConfiguration } from './configuration.ts';

/** Why a packet was not taken as an advertisement; each is counted under its name. */
export type ReceiveProblem =
  | MalformedAdvert
  | 'ip-header'
  | 'ttl'
  | 'destination'
  | 'unknown-vrid'
  | 'instance-version'
  | 'own-address'
  | 'authentication-type'
  | 'authentication-data'
  | 'advert-interval'
  | 'address-list';

export interface ReceivedAdvert {
  readonly advert: Advert;
  readonly source: string;
}

/** The checks that need no instance: RFC 9568 section 7.1, RFC 3768 section 7.1. `packet` starts at the IP header. */
export function receivePacket(packet: Uint8Array): ReceivedAdvert | ReceiveProblem {
  if (packet.length < 20) return 'ip-header';
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const headerLength = (view.getUint8(0) & 15) * 4;
  const totalLength = view.getUint16(2);
  if (view.getUint8(0) >>> 4 !== 4 || headerLength < 20 || totalLength < headerLength) return 'ip-header';
  if (totalLength > packet.length) return 'ip-header';
  // 255 cannot have crossed a router, so the sender is on this link.
  if (view.getUint8(8) !== 255) return 'ttl';
  if (ipv4FromNumber(view.getUint32(16)) !== vrrpMulticastAddress) return 'destination';
  const source = ipv4FromNumber(view.getUint32(12));
  const advert = decodeAdvert(packet.subarray(headerLength, totalLength), source);
  return typeof advert === 'string' ? advert : { advert, source };
}

/** The checks against the instance that the advertisement is for. */
export function checkAgainstInstance(
  { advert, source }: ReceivedAdvert,
  instance: VrrpInstanceConfiguration,
  ownAddress: string,
): ReceiveProblem | undefined {
  if (advert.version !== instance.version) return 'instance-version';
  if (source === ownAddress) return 'own-address';
  if (advert.version === 3) return undefined;
  return checkAuthentication(advert, instance.password) ?? checkVersion2(advert, instance);
}

/** The same addresses, in any order. A difference is reported in both versions, and costs the packet only in version 2. */
export function sameAddresses(advert: Advert, instance: VrrpInstanceConfiguration): boolean {
  const ours = instance.virtualAddresses.map(({ address }) => address);
  return advert.addresses.length === ours.length && advert.addresses.every((address) => ours.includes(address));
}

function checkAuthentication(advert: Advert, password: string | undefined): ReceiveProblem | undefined {
  const { type = 0, data = new Uint8Array(8) } = advert.authentication ?? {};
  if (type !== (password === undefined ? 0 : passAuthentication)) return 'authentication-type';
  if (password === undefined) return undefined;
  const expected = passwordBytes(password);
  return expected.every((byte, index) => data[index] === byte) ? undefined : 'authentication-data';
}

function checkVersion2(advert: Advert, instance: VrrpInstanceConfiguration): ReceiveProblem | undefined {
  if (advert.advertIntervalMs !== instance.advertIntervalMs) return 'advert-interval';
  // RFC 3768 section 7.1: dropped unless the owner of the addresses sent it.
  return sameAddresses(advert, instance) || advert.priority === 255 ? undefined : 'address-list';
}

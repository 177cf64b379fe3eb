import { decodeAdvert, passAuthentication, passwordBytes } from './advert.ts';
import type { Advert, MalformedAdvert } from './advert.ts';
import { compareAddresses, isSameAddress, type VrrpInstanceConfiguration } from './configuration.ts';
import { decodeDatagram, isMulticast } from './datagram.ts';

/** Why a packet was not taken as an advertisement; each is counted under its name. */
export type ReceiveProblem =
  | MalformedAdvert
  | 'ip-header'
  | 'ttl'
  | 'destination'
  | 'unknown-peer'
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
  readonly destination: string;
  readonly ttl: number;
}

/** The checks that need no instance: RFC 9568 section 7.1, RFC 3768 section 7.1. `packet` starts at the IP header. */
export function receivePacket(packet: Uint8Array): ReceivedAdvert | ReceiveProblem {
  const datagram = decodeDatagram(packet);
  if (!datagram) return 'ip-header';
  const { source, destination, ttl, payload } = datagram;
  const advert = decodeAdvert(payload, { source, destination });
  return typeof advert === 'string' ? advert : { advert, source, destination, ttl };
}

/** The checks against the instance; `ownAddress` is what our adverts of it come from. */
export function checkAgainstInstance(
  received: ReceivedAdvert,
  instance: VrrpInstanceConfiguration,
  ownAddress: string,
  knownMaster?: string,
): ReceiveProblem | undefined {
  const { advert, source } = received;
  const problem = checkWay(received, instance);
  if (problem) return problem;
  if (isSameAddress(source, ownAddress)) return 'own-address';
  if (advert.version !== instance.version) return 'instance-version';
  if (instance.version === 3) return undefined;
  const sameMaster = instance.skipAddressCheck === true && knownMaster === source;
  return checkAuthentication(advert, instance.password) ?? checkVersion2(advert, instance, sameMaster);
}

/** How it came: multicast and unicast are not mixed, and only a TTL of 255 proves that the sender is on this link. */
function checkWay(
  { source, destination, ttl }: ReceivedAdvert,
  { unicast }: VrrpInstanceConfiguration,
): ReceiveProblem | undefined {
  if (isMulticast(destination) === (unicast !== undefined)) return 'destination';
  if (!unicast) return ttl === 255 ? undefined : 'ttl';
  const peer = unicast.peers.find(({ address }) => isSameAddress(address, source));
  if (!peer) return unicast.checkSource ? 'unknown-peer' : undefined;
  return ttl < (peer.minTtl ?? 0) || ttl > (peer.maxTtl ?? 255) ? 'ttl' : undefined;
}

/** The same addresses, in any order. A difference is reported in both versions, and costs the packet only in version 2. */
export function sameAddresses(advert: Advert, instance: VrrpInstanceConfiguration): boolean {
  const ours = instance.virtualAddresses.map(({ address }) => address).sort(compareAddresses);
  const theirs = [...advert.addresses].sort(compareAddresses);
  return theirs.length === ours.length && theirs.every((address, index) => isSameAddress(address, ours[index] ?? ''));
}

function checkAuthentication(advert: Advert, password: string | undefined): ReceiveProblem | undefined {
  const { type = 0, data = new Uint8Array(8) } = advert.authentication ?? {};
  if (type !== (password === undefined ? 0 : passAuthentication)) return 'authentication-type';
  if (password === undefined) return undefined;
  const expected = passwordBytes(password);
  return expected.every((byte, index) => data[index] === byte) ? undefined : 'authentication-data';
}

function checkVersion2(
  advert: Advert,
  instance: VrrpInstanceConfiguration,
  sameMaster: boolean,
): ReceiveProblem | undefined {
  if (advert.advertIntervalMs !== instance.advertIntervalMs) return 'advert-interval';
  // RFC 3768 section 7.1: dropped unless the owner of the addresses sent it.
  return sameMaster || sameAddresses(advert, instance) || advert.priority === 255 ? undefined : 'address-list';
}

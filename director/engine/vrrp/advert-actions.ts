import type { VrrpAction } from './action.ts';
import {
  encodeAdvert,
  passAuthentication,
  passwordBytes,
  vrrpMulticastAddress,
  vrrpMulticastAddress6,
  type Advert,
} from './advert.ts';
import { familyOf, type VrrpInstanceConfiguration } from './configuration.ts';

/** The group that an instance without unicast peers speaks to. */
export function multicastGroupOf(instance: VrrpInstanceConfiguration): string {
  return instance.multicastGroup ?? (familyOf(instance) === 6 ? vrrpMulticastAddress6 : vrrpMulticastAddress);
}

/** One advert to the multicast group, or one to each peer: the destination is part of version 3's checksum. */
export function advertActions(instance: VrrpInstanceConfiguration, priority: number, source: string): VrrpAction[] {
  const { name, interface: device, version, vrid, advertIntervalMs, password, unicast } = instance;
  const authentication =
    password === undefined ? {} : { authentication: { type: passAuthentication, data: passwordBytes(password) } };
  const addresses = instance.virtualAddresses.map(({ address }) => address);
  const advert: Advert = { version, vrid, priority, advertIntervalMs, addresses, ...authentication };
  const destinations = unicast ? unicast.peers.map(({ address }) => address) : [multicastGroupOf(instance)];
  return destinations.map((destination) => ({
    type: 'send-advert',
    instance: name,
    interface: device,
    priority,
    source,
    destination,
    ttl: unicast?.ttl ?? 255,
    payload: encodeAdvert(advert, { source, destination }, instance.checksumAsVersion2),
  }));
}

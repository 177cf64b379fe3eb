import { bytesOf, textOf } from '../../engine/vrrp/datagram.ts';
import type { VirtualAddress } from '../../engine/vrrp/configuration.ts';
import { attribute, decodeAttributes, text, flags, type Message } from './message.ts';
import { NetlinkError, NetlinkSocket, protocols } from './socket.ts';

/** linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h, linux/if.h. */
const types = { newLink: 16, getLink: 18, newAddress: 20, deleteAddress: 21, getAddress: 22 } as const;
const linkAttributes = { address: 1, name: 3 } as const;
const addressAttributes = { address: 1, local: 2, label: 3, broadcast: 4, cacheInfo: 6, flags: 8 } as const;
const familyUnspecified = 0;
const familyIpv4 = 2;
const familyIpv6 = 10;
const flagUp = 0x1;
const flagRunning = 0x40;
const flagSecondary = 0x01;
/** Use it at once: waiting for duplicates to answer would lengthen every take-over by a second. */
const flagNoDuplicateDetection = 0x02;
const forEver = 0xffff_ffff;

export interface InterfaceAddress {
  readonly address: string;
  readonly prefixLength: number;
  readonly secondary: boolean;
}

export interface NetworkInterface {
  readonly name: string;
  readonly index: number;
  /** Administratively up, and the other end is there. */
  readonly up: boolean;
  readonly hardwareAddress: Uint8Array;
  /** IPv4. */
  readonly addresses: readonly InterfaceAddress[];
  readonly ipv6Addresses: readonly InterfaceAddress[];
}

/** Interfaces and addresses of this machine, over rtnetlink: no process is started. */
export class RouteSocket {
  readonly #socket = new NetlinkSocket(protocols.route);

  close(): void {
    this.#socket.close();
  }

  interfaces(): NetworkInterface[] {
    const links = this.#socket.dump('list interfaces', types.getLink, new Uint8Array(16));
    const all = new Uint8Array(8);
    all[0] = familyUnspecified;
    const addresses = this.#socket.dump('list addresses', types.getAddress, all).map(readAddress);
    return links.map((message) => {
      const link = readLink(message);
      const of = (wanted: number): InterfaceAddress[] =>
        addresses.filter(({ index, family }) => index === link.index && family === wanted).map(({ value }) => value);
      return { ...link, addresses: of(familyIpv4), ipv6Addresses: of(familyIpv6) };
    });
  }

  /** Returns false when the address was there already. */
  addAddress(address: VirtualAddress, interfaceIndex: number): boolean {
    const what = `add ${address.address}/${address.prefixLength} to ${address.interface}`;
    try {
      this.#socket.request(
        what,
        types.newAddress,
        flags.create | flags.exclusive,
        ...addressMessage(address, interfaceIndex),
        ...addressDetails(address),
      );
      return true;
    } catch (error) {
      if (error instanceof NetlinkError && error.code === 'EEXIST') return false;
      throw error;
    }
  }

  /** Returns false when the address was not there. */
  removeAddress(address: VirtualAddress, interfaceIndex: number): boolean {
    const what = `remove ${address.address}/${address.prefixLength} from ${address.interface}`;
    try {
      this.#socket.request(what, types.deleteAddress, 0, ...addressMessage(address, interfaceIndex));
      return true;
    } catch (error) {
      if (error instanceof NetlinkError && (error.code === 'EADDRNOTAVAIL' || error.code === 'ENODEV')) return false;
      throw error;
    }
  }
}

function addressMessage({ address, prefixLength, scope = 0 }: VirtualAddress, interfaceIndex: number): Uint8Array[] {
  const value = bytesOf(address);
  const header = new Uint8Array(8);
  header.set([value.length === 16 ? familyIpv6 : familyIpv4, prefixLength, 0, scope]);
  new DataView(header.buffer).setUint32(4, interfaceIndex, true);
  return [header, attribute(addressAttributes.local, value), attribute(addressAttributes.address, value)];
}

/** What only matters when the address is added. */
function addressDetails({ address, prefixLength, label, broadcast }: VirtualAddress): Uint8Array[] {
  if (address.includes(':')) {
    const noDetection = new Uint8Array(Uint32Array.of(flagNoDuplicateDetection).buffer);
    // A /128 is deprecated, so that connections from here are not made from it: keepalived.conf(5), preferred_lft.
    const lifetimes = new Uint8Array(Uint32Array.of(prefixLength === 128 ? 0 : forEver, forEver, 0, 0).buffer);
    return [attribute(addressAttributes.flags, noDetection), attribute(addressAttributes.cacheInfo, lifetimes)];
  }
  return [
    ...(label === undefined ? [] : [attribute(addressAttributes.label, text(label))]),
    ...(broadcast === undefined ? [] : [attribute(addressAttributes.broadcast, bytesOf(broadcast))]),
  ];
}

function readLink({ payload }: Message): Omit<NetworkInterface, 'addresses' | 'ipv6Addresses'> {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const attributes = decodeAttributes(payload.subarray(16));
  const linkFlags = view.getUint32(8, true);
  const name = attributes.get(linkAttributes.name) ?? new Uint8Array();
  return {
    name: new TextDecoder().decode(name).replace(/\0.*$/, ''),
    index: view.getInt32(4, true),
    up: (linkFlags & flagUp) !== 0 && (linkFlags & flagRunning) !== 0,
    hardwareAddress: attributes.get(linkAttributes.address) ?? new Uint8Array(6),
  };
}

function readAddress({ payload }: Message): { index: number; family: number; value: InterfaceAddress } {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const attributes = decodeAttributes(payload.subarray(8));
  const local = attributes.get(addressAttributes.local) ?? attributes.get(addressAttributes.address);
  return {
    index: view.getUint32(4, true),
    family: view.getUint8(0),
    value: {
      address: textOf(local ?? new Uint8Array(4)),
      prefixLength: view.getUint8(1),
      secondary: (view.getUint8(2) & flagSecondary) !== 0,
    },
  };
}

import { ipv4FromNumber, ipv4ToNumber } from '../../engine/vrrp/addresses.ts';
import type { VirtualAddress } from '../../engine/vrrp/configuration.ts';
import { attribute, bigEndian32, decodeAttributes, flags, type Message } from './message.ts';
import { NetlinkError, NetlinkSocket, protocols } from './socket.ts';

/** linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h, linux/if.h. */
const types = { newLink: 16, getLink: 18, newAddress: 20, deleteAddress: 21, getAddress: 22 } as const;
const linkAttributes = { address: 1, name: 3 } as const;
const addressAttributes = { address: 1, local: 2 } as const;
const familyIpv4 = 2;
const flagUp = 0x1;
const flagRunning = 0x40;
const flagSecondary = 0x01;

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
  readonly addresses: readonly InterfaceAddress[];
}

/** Interfaces and addresses of this machine, over rtnetlink: no process is started. */
export class RouteSocket {
  readonly #socket = new NetlinkSocket(protocols.route);

  close(): void {
    this.#socket.close();
  }

  interfaces(): NetworkInterface[] {
    const links = this.#socket.dump('list interfaces', types.getLink, new Uint8Array(16));
    const family = new Uint8Array(8);
    family[0] = familyIpv4;
    const addresses = this.#socket.dump('list addresses', types.getAddress, family).map(readAddress);
    return links.map((message) => {
      const link = readLink(message);
      return { ...link, addresses: addresses.filter(({ index }) => index === link.index).map(({ value }) => value) };
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

function addressMessage({ address, prefixLength }: VirtualAddress, interfaceIndex: number): Uint8Array[] {
  const header = new Uint8Array(8);
  header.set([familyIpv4, prefixLength]);
  new DataView(header.buffer).setUint32(4, interfaceIndex, true);
  const value = bigEndian32(ipv4ToNumber(address));
  return [header, attribute(addressAttributes.local, value), attribute(addressAttributes.address, value)];
}

function readLink({ payload }: Message): Omit<NetworkInterface, 'addresses'> {
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

function readAddress({ payload }: Message): { index: number; value: InterfaceAddress } {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const attributes = decodeAttributes(payload.subarray(8));
  const local =
    attributes.get(addressAttributes.local) ?? attributes.get(addressAttributes.address) ?? new Uint8Array(4);
  const number = new DataView(local.buffer, local.byteOffset, 4).getUint32(0);
  return {
    index: view.getUint32(4, true),
    value: {
      address: ipv4FromNumber(number),
      prefixLength: view.getUint8(1),
      secondary: (view.getUint8(2) & flagSecondary) !== 0,
    },
  };
}

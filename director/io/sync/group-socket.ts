import { formatAddress, parseAddress, toBytes } from '../../engine/address.ts';
import type { Address } from '../../engine/address.ts';
import * as libc from '../libc.ts';

/** linux/in.h, linux/in6.h, asm-generic/socket.h. */
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SOL_IP = 0;
const IP_MTU_DISCOVER = 10;
const IP_MULTICAST_IF = 32;
const IP_MULTICAST_TTL = 33;
const IP_MULTICAST_LOOP = 34;
const IP_ADD_MEMBERSHIP = 35;
const SOL_IPV6 = 41;
const IPV6_MULTICAST_IF = 17;
const IPV6_MULTICAST_HOPS = 18;
const IPV6_MULTICAST_LOOP = 19;
const IPV6_ADD_MEMBERSHIP = 20;
const IPV6_MTU_DISCOVER = 23;
const IPV6_V6ONLY = 26;
/** IP_PMTUDISC_DONT: messages may be cut when the path's MTU is smaller than thought. */
const PMTU_DISCOVERY_OFF = 0;
const SIOCGIFMTU = 0x8921;

export interface GroupOptions {
  readonly interface: string;
  readonly group: Address;
  readonly port: number;
  readonly ttl: number;
  /** Bytes, 0 = the system's. */
  readonly bufferSize: number;
}

/** A UDP socket that sends to a multicast group on one interface, and hears nothing of it itself. */
export class GroupSender {
  private readonly descriptor: number;
  private readonly address: Uint8Array;

  /** Throws SystemError: ENODEV when there is no such interface. */
  constructor(options: GroupOptions) {
    const { group, ttl, bufferSize } = options;
    const index = interfaceIndex(options.interface);
    this.address = socketAddress(group, options.port, index);
    this.descriptor = libc.socket(familyOf(group), SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    guarded(this.descriptor, () => {
      if (bufferSize > 0) libc.setsockopt(this.descriptor, SOL_SOCKET, SO_SNDBUFFORCE, bufferSize);
      if (group.family === 4) {
        libc.setsockopt(this.descriptor, SOL_IP, IP_MULTICAST_IF, membership4(group, index));
        libc.setsockopt(this.descriptor, SOL_IP, IP_MULTICAST_LOOP, 0);
        libc.setsockopt(this.descriptor, SOL_IP, IP_MULTICAST_TTL, ttl);
        libc.setsockopt(this.descriptor, SOL_IP, IP_MTU_DISCOVER, PMTU_DISCOVERY_OFF);
      } else {
        libc.setsockopt(this.descriptor, SOL_IPV6, IPV6_MULTICAST_IF, index);
        libc.setsockopt(this.descriptor, SOL_IPV6, IPV6_MULTICAST_LOOP, 0);
        libc.setsockopt(this.descriptor, SOL_IPV6, IPV6_MULTICAST_HOPS, ttl);
        libc.setsockopt(this.descriptor, SOL_IPV6, IPV6_MTU_DISCOVER, PMTU_DISCOVERY_OFF);
      }
    });
  }

  /** `offset` is added to the port. False when the socket's buffer is full; throws SystemError when the network is gone. */
  send(message: Uint8Array, offset: number): boolean {
    const address = this.address.slice();
    const view = new DataView(address.buffer);
    view.setUint16(2, view.getUint16(2) + offset);
    return libc.sendto(this.descriptor, message, 0, address) !== -1;
  }

  close(): void {
    libc.close(this.descriptor);
  }
}

/** A UDP socket that hears a multicast group on one interface. Others of this machine may hear it as well. */
export class GroupReceiver {
  readonly descriptor: number;

  /** Throws SystemError: ENODEV when there is no such interface. */
  constructor(options: GroupOptions) {
    const { group, port, bufferSize } = options;
    const index = interfaceIndex(options.interface);
    this.descriptor = libc.socket(familyOf(group), SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    guarded(this.descriptor, () => {
      libc.setsockopt(this.descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
      if (bufferSize > 0) libc.setsockopt(this.descriptor, SOL_SOCKET, SO_RCVBUFFORCE, bufferSize);
      libc.setsockopt(this.descriptor, SOL_SOCKET, SO_BINDTODEVICE, new TextEncoder().encode(`${options.interface}\0`));
      if (group.family === 6) libc.setsockopt(this.descriptor, SOL_IPV6, IPV6_V6ONLY, 1);
      libc.bind(this.descriptor, socketAddress(group, port, index));
      if (group.family === 4) libc.setsockopt(this.descriptor, SOL_IP, IP_ADD_MEMBERSHIP, membership4(group, index));
      else libc.setsockopt(this.descriptor, SOL_IPV6, IPV6_ADD_MEMBERSHIP, membership6(group, index));
    });
  }

  /** Size of the datagram that is now in `buffer`; -1 when there is none. */
  receive(buffer: Uint8Array): number {
    return libc.recv(this.descriptor, buffer, 0);
  }

  close(): void {
    libc.close(this.descriptor);
  }
}

/** Throws SystemError ENODEV when there is no such interface. */
export function interfaceMtu(name: string): number {
  interfaceIndex(name);
  const descriptor = libc.socket(AF_INET, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
  try {
    const request = new Uint8Array(40);
    request.set(new TextEncoder().encode(name));
    libc.ioctl(descriptor, SIOCGIFMTU, request);
    return new DataView(request.buffer).getInt32(16, true);
  } finally {
    libc.close(descriptor);
  }
}

function interfaceIndex(name: string): number {
  const index = libc.ifNametoindex(name);
  if (index === undefined) throw new libc.SystemError('if_nametoindex', ENODEV, name);
  return index;
}

const ENODEV = 19;

function familyOf({ family }: Address): number {
  return family === 4 ? AF_INET : AF_INET6;
}

/** struct sockaddr_in or sockaddr_in6; the scope is what a link-local group needs. */
function socketAddress(group: Address, port: number, index: number): Uint8Array {
  const address = new Uint8Array(group.family === 4 ? 16 : 28);
  const view = new DataView(address.buffer);
  view.setUint16(0, familyOf(group), true);
  view.setUint16(2, port);
  address.set(toBytes(group), group.family === 4 ? 4 : 8);
  if (group.family === 6) view.setUint32(24, index, true);
  return address;
}

/** struct ip_mreqn. */
function membership4(group: Address, index: number): Uint8Array {
  const request = new Uint8Array(12);
  request.set(toBytes(group));
  new DataView(request.buffer).setInt32(8, index, true);
  return request;
}

/** struct ipv6_mreq. */
function membership6(group: Address, index: number): Uint8Array {
  const request = new Uint8Array(20);
  request.set(toBytes(group));
  new DataView(request.buffer).setInt32(16, index, true);
  return request;
}

/** Closes the descriptor when the rest of its set-up fails. */
function guarded(descriptor: number, setUp: () => void): void {
  try {
    setUp();
  } catch (error) {
    libc.close(descriptor);
    throw error;
  }
}

/** Throws an Error for text that is not an address. */
export function groupAddress(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is not an address`);
  return address;
}

export function describeGroup({ group, port, interface: name }: GroupOptions): string {
  const address = formatAddress(group);
  return `${group.family === 6 ? `[${address}]` : address}:${String(port)} on ${name}`;
}

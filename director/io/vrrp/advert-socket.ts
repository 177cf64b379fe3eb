import { ipv4ToNumber } from '../../engine/vrrp/addresses.ts';
import { vrrpMulticastAddress, vrrpProtocol } from '../../engine/vrrp/advert.ts';
import { bigEndian32 } from '../netlink/message.ts';
import * as libc from '../libc.ts';

/** bits/socket.h, linux/in.h. */
const familyInet = 2;
const rawNonBlocking = 3 | 0x800 | 0x80000; // SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC
const levelSocket = 1;
const levelIp = 0;
const options = {
  bindToDevice: 25,
  priority: 12,
  typeOfService: 1,
  multicastInterface: 32,
  multicastTtl: 33,
  multicastLoop: 34,
  addMembership: 35,
} as const;
/** Internetwork control, as keepalived marks its adverts. */
const classInternetworkControl = 0xc0;
/** TC_PRIO_CONTROL: in front of ordinary packets in the queue of the interface. */
const priorityControl = 7;

/** Sends and hears the adverts of one interface. */
export class AdvertSocket {
  readonly fd: number;
  readonly #buffer = new Uint8Array(2048);
  readonly #destination = socketAddress(vrrpMulticastAddress);
  readonly #interfaceIndex: number;

  /** `source`: the primary address of the interface. */
  constructor(device: string, interfaceIndex: number, source: string) {
    this.#interfaceIndex = interfaceIndex;
    this.fd = libc.socket(familyInet, rawNonBlocking, vrrpProtocol);
    try {
      libc.setsockopt(this.fd, levelSocket, options.bindToDevice, new TextEncoder().encode(`${device}\0`));
      libc.setsockopt(this.fd, levelSocket, options.priority, priorityControl);
      libc.setsockopt(this.fd, levelIp, options.typeOfService, classInternetworkControl);
      libc.setsockopt(this.fd, levelIp, options.multicastTtl, 255);
      // Our own adverts would only be refused.
      libc.setsockopt(this.fd, levelIp, options.multicastLoop, 0);
      libc.setsockopt(this.fd, levelIp, options.addMembership, this.#membership(vrrpMulticastAddress, source));
      this.setSource(source);
    } catch (error) {
      libc.close(this.fd);
      throw error;
    }
  }

  /** The address that adverts come from. */
  setSource(source: string): void {
    libc.setsockopt(this.fd, levelIp, options.multicastInterface, this.#membership('0.0.0.0', source));
  }

  send(payload: Uint8Array): void {
    libc.sendto(this.fd, payload, 0, this.#destination);
  }

  /** The next packet, from its IP header on; valid until the next call. Undefined when there is none. */
  receive(): Uint8Array | undefined {
    const length = libc.recv(this.fd, this.#buffer, 0);
    return length > 0 ? this.#buffer.subarray(0, length) : undefined;
  }

  close(): void {
    libc.close(this.fd);
  }

  /** struct ip_mreqn */
  #membership(group: string, source: string): Uint8Array {
    const bytes = new Uint8Array(12);
    bytes.set(bigEndian32(ipv4ToNumber(group)));
    bytes.set(bigEndian32(ipv4ToNumber(source)), 4);
    new DataView(bytes.buffer).setInt32(8, this.#interfaceIndex, true);
    return bytes;
  }
}

/** struct sockaddr_in */
function socketAddress(address: string): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes[0] = familyInet;
  bytes.set(bigEndian32(ipv4ToNumber(address)), 4);
  return bytes;
}

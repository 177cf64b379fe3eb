import type { Family } from '../../engine/address.ts';
import { bytesOf, encodeDatagram, vrrpProtocol, type Datagram } from '../../engine/vrrp/datagram.ts';
import * as libc from '../libc.ts';
import { MessageBuffer } from './message-buffer.ts';

/** bits/socket.h, linux/in.h, linux/in6.h. */
const families = { 4: 2, 6: 10 } as const;
const rawNonBlocking = 3 | 0x800 | 0x80000; // SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC
const levelSocket = 1;
const levels = { 4: 0, 6: 41 } as const;
const socketOptions = { bindToDevice: 25, priority: 12 } as const;
const ipv4Options = { multicastLoop: 34, addMembership: 35, multicastAll: 49 } as const;
const ipv6Options = { multicastLoop: 19, addMembership: 20, receivePacketInfo: 49, receiveHopLimit: 51 } as const;
/** IPPROTO_RAW: for sending only, with the IP header written by us (raw(7), rawv6: the same since Linux 2.2). */
const protocolRaw = 255;
/** TC_PRIO_CONTROL: in front of ordinary packets in the queue of the interface. */
const priorityControl = 7;

/** Hears the adverts of one family on one interface, multicast and unicast. */
export class AdvertReceiver {
  readonly fd: number;
  readonly #family: Family;
  readonly #buffer = new Uint8Array(8192);
  readonly #message: MessageBuffer | undefined;

  /** `groups`: the multicast groups to join. */
  constructor(device: string, interfaceIndex: number, family: Family, groups: readonly string[]) {
    this.#family = family;
    this.fd = libc.socket(families[family], rawNonBlocking, vrrpProtocol);
    try {
      bindToDevice(this.fd, device);
      for (const group of groups) this.#join(group, interfaceIndex);
      if (family === 4) libc.setsockopt(this.fd, levels[4], ipv4Options.multicastAll, 0);
      else {
        libc.setsockopt(this.fd, levels[6], ipv6Options.receivePacketInfo, 1);
        libc.setsockopt(this.fd, levels[6], ipv6Options.receiveHopLimit, 1);
        this.#message = new MessageBuffer();
      }
    } catch (error) {
      libc.close(this.fd);
      throw error;
    }
  }

  /** The next packet, from its IP header on; valid until the next call. Undefined when there is none. */
  receive(): Uint8Array | undefined {
    if (this.#message) return this.#message.receive(this.fd);
    const length = libc.recv(this.fd, this.#buffer, 0);
    return length > 0 ? this.#buffer.subarray(0, length) : undefined;
  }

  close(): void {
    libc.close(this.fd);
    this.#message?.close();
  }

  #join(group: string, interfaceIndex: number): void {
    const address = bytesOf(group);
    // struct ip_mreqn, struct ipv6_mreq
    const bytes = new Uint8Array(this.#family === 4 ? 12 : 20);
    bytes.set(address);
    new DataView(bytes.buffer).setInt32(bytes.length - 4, interfaceIndex, true);
    const option = this.#family === 4 ? ipv4Options.addMembership : ipv6Options.addMembership;
    libc.setsockopt(this.fd, levels[this.#family], option, bytes);
  }
}

/** Sends adverts of one family through one interface, from whatever source address they name. */
export class AdvertSender {
  readonly #fd: number;
  readonly #family: Family;
  readonly #interfaceIndex: number;

  constructor(device: string, interfaceIndex: number, family: Family) {
    this.#family = family;
    this.#interfaceIndex = interfaceIndex;
    this.#fd = libc.socket(families[family], rawNonBlocking, protocolRaw);
    try {
      bindToDevice(this.#fd, device);
      libc.setsockopt(this.#fd, levelSocket, socketOptions.priority, priorityControl);
      // Our own adverts would only be refused.
      const loop = family === 4 ? ipv4Options.multicastLoop : ipv6Options.multicastLoop;
      libc.setsockopt(this.#fd, levels[family], loop, 0);
    } catch (error) {
      libc.close(this.#fd);
      throw error;
    }
  }

  send(datagram: Datagram): void {
    libc.sendto(this.#fd, encodeDatagram(datagram), 0, this.#socketAddress(datagram.destination));
  }

  close(): void {
    libc.close(this.#fd);
  }

  /** struct sockaddr_in, struct sockaddr_in6 */
  #socketAddress(address: string): Uint8Array {
    const bytes = new Uint8Array(this.#family === 4 ? 16 : 28);
    bytes[0] = families[this.#family];
    bytes.set(bytesOf(address), this.#family === 4 ? 4 : 8);
    if (this.#family === 6) new DataView(bytes.buffer).setUint32(24, this.#interfaceIndex, true);
    return bytes;
  }
}

function bindToDevice(fd: number, device: string): void {
  libc.setsockopt(fd, levelSocket, socketOptions.bindToDevice, new TextEncoder().encode(`${device}\0`));
}

import { vrrpProtocol } from '../../engine/vrrp/datagram.ts';
import * as libc from '../libc.ts';

const readWrite = 3;
const privateAnonymous = 0x22;
const length = 16_384;
/** Where the parts of a struct msghdr (bits/socket.h, 64 bits) lie in the mapped memory. */
const at = { vector: 64, name: 96, control: 128, data: 512 } as const;
const sizes = { name: 28, control: 384, header: 16 } as const;
const levelIpv6 = 41;
const packetInfo = 50;
const hopLimit = 52;
const ipv6Header = 40;

/**
 * A raw IPv6 socket delivers what follows the IP header; hop limit and destination come beside it, as control messages
 * (RFC 3542). This puts the header back, so that the engine reads packets of both families alike.
 */
export class MessageBuffer {
  readonly #address = libc.mmap(length, readWrite, privateAnonymous, -1);
  readonly #memory = libc.memoryView(this.#address, length);
  readonly #view = new DataView(this.#memory);
  readonly #packet = new Uint8Array(ipv6Header + length);

  /** The next packet, from its IP header on; valid until the next call. Undefined when there is none. */
  receive(fd: number): Uint8Array | undefined {
    this.#prepare();
    const received = libc.recvmsg(fd, this.#address, 0);
    if (received <= 0) return undefined;
    const header = new DataView(this.#packet.buffer);
    this.#packet.fill(0, 0, ipv6Header);
    header.setUint8(0, 0x60);
    header.setUint16(4, received);
    header.setUint8(6, vrrpProtocol);
    this.#packet.set(new Uint8Array(this.#memory, at.name + 8, 16), 8);
    this.#readControl(header);
    this.#packet.set(new Uint8Array(this.#memory, at.data, received), ipv6Header);
    return this.#packet.subarray(0, ipv6Header + received);
  }

  close(): void {
    libc.munmap(this.#address, length);
  }

  #prepare(): void {
    const view = this.#view;
    const pointer = (offset: number, value: number): void => view.setBigUint64(offset, BigInt(value), true);
    pointer(0, this.#address + at.name);
    view.setUint32(8, sizes.name, true);
    pointer(16, this.#address + at.vector);
    pointer(24, 1);
    pointer(32, this.#address + at.control);
    pointer(40, sizes.control);
    pointer(at.vector, this.#address + at.data);
    pointer(at.vector + 8, length - at.data);
  }

  #readControl(header: DataView): void {
    const end = at.control + Number(this.#view.getBigUint64(40, true));
    for (let offset: number = at.control; offset + sizes.header <= end;) {
      const size = Number(this.#view.getBigUint64(offset, true));
      if (size < sizes.header) return;
      const type = this.#view.getUint32(offset + 12, true);
      if (this.#view.getUint32(offset + 8, true) === levelIpv6) {
        const value = offset + sizes.header;
        if (type === hopLimit) header.setUint8(7, this.#view.getUint32(value, true));
        if (type === packetInfo) this.#packet.set(new Uint8Array(this.#memory, value, 16), 24);
      }
      offset += (size + 7) & ~7;
    }
  }
}

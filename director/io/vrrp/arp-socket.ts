import { gratuitousArpFrame } from '../../engine/vrrp/arp.ts';
import * as libc from '../libc.ts';

const familyPacket = 17;
const rawNonBlocking = 3 | 0x800 | 0x80000; // SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC
const protocolArp = 0x0806;

/** Sends gratuitous ARPs through any interface; hears nothing (protocol 0). */
export class ArpSocket {
  readonly #fd = libc.socket(familyPacket, rawNonBlocking, 0);

  announce(interfaceIndex: number, hardwareAddress: Uint8Array, address: string, repeat: number): void {
    const frame = gratuitousArpFrame(hardwareAddress, address);
    const destination = linkLayerAddress(interfaceIndex);
    for (let sent = 0; sent < repeat; sent++) libc.sendto(this.#fd, frame, 0, destination);
  }

  close(): void {
    libc.close(this.#fd);
  }
}

/** struct sockaddr_ll, to everyone on the link. */
function linkLayerAddress(interfaceIndex: number): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, familyPacket, true);
  view.setUint16(2, protocolArp);
  view.setInt32(4, interfaceIndex, true);
  bytes[11] = 6;
  bytes.fill(0xff, 12, 18);
  return bytes;
}

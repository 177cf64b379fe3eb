import { gratuitousArpFrame } from '../../engine/vrrp/arp.ts';
import { neighbourAdvertisementFrame } from '../../engine/vrrp/neighbour.ts';
import * as libc from '../libc.ts';
import { readSysctl } from '../sysctl.ts';
import type { NetworkInterface } from '../netlink/route.ts';

const familyPacket = 17;
const rawNonBlocking = 3 | 0x800 | 0x80000; // SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC
const protocols = { arp: 0x0806, ipv6: 0x86dd } as const;
const multicast = { arp: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], ipv6: [0x33, 0x33, 0, 0, 0, 1] } as const;

/** Sends gratuitous ARPs and unsolicited neighbour advertisements through any interface; hears nothing (protocol 0). */
export class NeighbourSocket {
  readonly #fd = libc.socket(familyPacket, rawNonBlocking, 0);

  announce({ index, name, hardwareAddress }: NetworkInterface, address: string, repeat: number): void {
    const kind = address.includes(':') ? 'ipv6' : 'arp';
    const frame =
      kind === 'arp'
        ? gratuitousArpFrame(hardwareAddress, address)
        : neighbourAdvertisementFrame(hardwareAddress, address, isRouter(name));
    const destination = linkLayerAddress(index, kind);
    for (let sent = 0; sent < repeat; sent++) libc.sendto(this.#fd, frame, 0, destination);
  }

  close(): void {
    libc.close(this.#fd);
  }
}

/** Whether this machine forwards IPv6 that arrives on the interface. */
function isRouter(device: string): boolean {
  try {
    return readSysctl(`net/ipv6/conf/${device}/forwarding`) === '1';
  } catch {
    return false;
  }
}

/** struct sockaddr_ll, to everyone on the link. */
function linkLayerAddress(interfaceIndex: number, kind: 'arp' | 'ipv6'): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, familyPacket, true);
  view.setUint16(2, protocols[kind]);
  view.setInt32(4, interfaceIndex, true);
  bytes[11] = 6;
  bytes.set(multicast[kind], 12);
  return bytes;
}

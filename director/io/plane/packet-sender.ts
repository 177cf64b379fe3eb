import { ETHERNET_HEADER } from '../../engine/packet/packet.ts';
import type { Packet } from '../../engine/packet/packet.ts';
import { fragmentPacket } from '../../engine/packet/fragment.ts';
import type { KernelNetwork } from './kernel-network.ts';
import type { Neighbour } from './neighbour.ts';
import type { NextHop, NextHops } from './next-hops.ts';
import { VIRTIO_HEADER } from './receive-ring.ts';

const ETHERTYPE_IPV4 = 0x0800;

/** Puts the Ethernet header on what the engine decided to send, or keeps it until the neighbour's address is known. */
export class PacketSender {
  private readonly hops: NextHops;
  private readonly network: () => KernelNetwork;

  constructor(hops: NextHops, network: () => KernelNetwork) {
    this.hops = hops;
    this.network = network;
  }

  /** The host at the end of a hop did not answer: it may have another address by now. */
  doubt({ neighbour }: NextHop, now: number): void {
    if (neighbour.mustDoubt(now)) this.network().lookFor(neighbour);
  }

  /** Sends a packet from where it lies in a ring that begins at `ringAddress`; it must stay there until the next flush. */
  forward(packet: Packet, ringAddress: number, hop: NextHop, now: number): void {
    if (packet.segmentSize === 0 && packet.ipLength > hop.mtu) {
      for (const piece of fragmentPacket(packet, hop.mtu)) this.sendDatagram(piece, hop, now);
      return;
    }
    const { neighbour } = hop;
    if (neighbour.mustAsk(now)) this.network().askFor(neighbour);
    const start = packet.start - VIRTIO_HEADER;
    const length = VIRTIO_HEADER + ETHERNET_HEADER + packet.ipLength;
    if (!neighbour.isKnown) {
      neighbour.wait(packet.bytes.slice(start, start + length));
      return;
    }
    address(packet.view, packet.start, neighbour);
    hop.transmitter.enqueue(ringAddress + start, length);
  }

  /** Sends an IPv4 datagram of our own making to its destination. */
  answer(datagram: Uint8Array, now: number): void {
    const view = new DataView(datagram.buffer, datagram.byteOffset);
    const hop = this.hops.find(view.getUint32(16), view.getUint32(12));
    if (hop !== undefined) this.sendDatagram(datagram, hop, now);
  }

  private sendDatagram(datagram: Uint8Array, hop: NextHop, now: number): void {
    const { neighbour } = hop;
    if (neighbour.mustAsk(now)) this.network().askFor(neighbour);
    const frame = new Uint8Array(VIRTIO_HEADER + ETHERNET_HEADER + datagram.length);
    frame.set(datagram, VIRTIO_HEADER + ETHERNET_HEADER);
    const view = new DataView(frame.buffer);
    view.setUint16(VIRTIO_HEADER + 12, ETHERTYPE_IPV4);
    if (!neighbour.isKnown) {
      neighbour.wait(frame);
      return;
    }
    address(view, VIRTIO_HEADER, neighbour);
    hop.transmitter.enqueueCopy(frame);
  }

  /** Sends what waited for a neighbour that is known now. */
  sendWaiting(neighbour: Neighbour): void {
    if (!neighbour.isKnown) return;
    const frames = neighbour.takeWaiting();
    if (frames.length === 0) return;
    const transmitter = this.hops.transmitter(neighbour.interfaceIndex);
    for (const frame of frames) {
      address(new DataView(frame.buffer, frame.byteOffset), VIRTIO_HEADER, neighbour);
      transmitter.enqueueCopy(frame);
    }
    transmitter.flush();
  }
}

function address(view: DataView, start: number, neighbour: Neighbour): void {
  view.setUint32(start, neighbour.word0);
  view.setUint32(start + 4, neighbour.word1);
  view.setUint32(start + 8, neighbour.word2);
}

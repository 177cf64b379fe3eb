import type { Family } from '../../engine/address.ts';
import { fragmentPacket } from '../../engine/packet/fragment.ts';
import { ETHERNET_HEADER, ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../../engine/packet/packet.ts';
import type { Packet } from '../../engine/packet/packet.ts';
import { segmentTunnelled } from '../../engine/packet/segment.ts';
import type { KernelNetwork } from './kernel-network.ts';
import type { Neighbour } from './neighbour.ts';
import type { NextHop, NextHops } from './next-hops.ts';
import { VIRTIO_HEADER } from './receive-ring.ts';

/** Puts the Ethernet header on what the engine decided to send, or keeps it until the neighbour's address is known. */
export class PacketSender {
  private readonly hops: NextHops;
  private readonly network: () => KernelNetwork;
  /** Of IPv6 datagrams of our own that are cut. */
  private identification: number;

  /** `seed` is a random 32-bit number. */
  constructor(hops: NextHops, network: () => KernelNetwork, seed: number) {
    this.hops = hops;
    this.network = network;
    this.identification = seed;
  }

  /** The host at the end of a hop did not answer: it may have another address by now. */
  doubt({ neighbour }: NextHop, now: number): void {
    if (neighbour.mustDoubt(now)) this.network().lookFor(neighbour);
  }

  /** Sends a packet from where it lies in a ring that begins at `ringAddress`; it must stay there until the next flush. */
  forward(packet: Packet, ringAddress: number, hop: NextHop, now: number): void {
    if (packet.tunnelHeader > 0 && packet.segmentSize > 0) {
      for (const segment of segmentTunnelled(packet)) this.sendDatagram(segment, hop, now);
      return;
    }
    if (packet.segmentSize === 0 && packet.ipLength > hop.mtu) {
      this.identification = (this.identification + 1) >>> 0;
      for (const piece of fragmentPacket(packet, hop.mtu, this.identification)) this.sendDatagram(piece, hop, now);
      return;
    }
    const { neighbour } = hop;
    if (neighbour.mustAsk(now)) this.network().askFor(neighbour);
    const start = packet.start - VIRTIO_HEADER;
    const length = VIRTIO_HEADER + ETHERNET_HEADER + packet.ipLength;
    // Encapsulation has finished the checksum, and where it began is no longer where the header says.
    if (packet.tunnelHeader > 0) packet.bytes.fill(0, start, packet.start);
    if (!neighbour.isKnown) {
      neighbour.wait(packet.bytes.slice(start, start + length));
      return;
    }
    address(packet.view, packet.start, neighbour);
    hop.transmitter.enqueue(ringAddress + start, length);
  }

  /** Sends a packet that does not lie in a ring. */
  forwardCopy(packet: Packet, hop: NextHop, now: number): void {
    if (packet.ipLength <= hop.mtu) {
      this.sendDatagram(packet.bytes.subarray(packet.ip, packet.end()), hop, now);
      return;
    }
    for (const piece of fragmentPacket(packet, hop.mtu)) this.sendDatagram(piece, hop, now);
  }

  /** Sends an IP datagram of our own making to its destination. */
  answer(datagram: Uint8Array, now: number): void {
    const family = familyOf(datagram);
    const ends = endsOf(datagram, family);
    const hop = this.hops.find(family, ends, 4, ends, 0);
    if (hop !== undefined) this.sendDatagram(datagram, hop, now);
  }

  private sendDatagram(datagram: Uint8Array, hop: NextHop, now: number): void {
    const { neighbour } = hop;
    if (neighbour.mustAsk(now)) this.network().askFor(neighbour);
    const frame = new Uint8Array(VIRTIO_HEADER + ETHERNET_HEADER + datagram.length);
    frame.set(datagram, VIRTIO_HEADER + ETHERNET_HEADER);
    const view = new DataView(frame.buffer);
    view.setUint16(VIRTIO_HEADER + 12, familyOf(datagram) === 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
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

function familyOf(datagram: Uint8Array): Family {
  return (datagram[0] ?? 0) >> 4 === 4 ? 4 : 6;
}

/** Source and destination as the engine has them: four words each. */
function endsOf(datagram: Uint8Array, family: Family): Uint32Array {
  const view = new DataView(datagram.buffer, datagram.byteOffset);
  if (family === 4) return Uint32Array.of(0, 0, 0, view.getUint32(12), 0, 0, 0, view.getUint32(16));
  return Uint32Array.from({ length: 8 }, (_, word) => view.getUint32(8 + word * 4));
}

function address(view: DataView, start: number, neighbour: Neighbour): void {
  view.setUint32(start, neighbour.word0);
  view.setUint32(start + 4, neighbour.word1);
  view.setUint32(start + 8, neighbour.word2);
}

import { Packet } from '../../engine/packet/packet.ts';
import * as libc from '../libc.ts';
import { attachFilter, openRingSocket, takeRingDrops, takeSocketError } from './packet-socket.ts';

/**
 * A frame holds the largest packet that the kernel hands over, a GSO packet of 64 kB, and its headers. 15 of them fill a
 * block of 255 pages: the kernel allocates powers of two, so nearly nothing of each MiB is wasted. 17 MiB an interface.
 */
const FRAME_SIZE = 69_632;
const FRAMES_PER_BLOCK = 15;
const BLOCKS = 17;
const FRAMES = FRAMES_PER_BLOCK * BLOCKS;
const BLOCK_SIZE = FRAME_SIZE * FRAMES_PER_BLOCK;

/** struct tpacket2_hdr, then struct sockaddr_ll. */
const STATUS = 0;
const LENGTH = 4;
const CAPTURED = 8;
const MAC_OFFSET = 12;
const PACKET_TYPE = 32 + 10;
const STATUS_KERNEL = 0;
const STATUS_USER = 1;
/** The tag was cut off the frame: it belongs to a VLAN interface, not to this one. */
const STATUS_VLAN_VALID = 0x10;
/** Addressed to this host: not seen by accident while someone has the interface in promiscuous mode. */
const PACKET_HOST = 0;

/** struct virtio_net_hdr, just before the frame. */
export const VIRTIO_HEADER = 10;
const NEEDS_CHECKSUM = 1;

/** Frames received by one interface, read where the kernel put them. */
export class ReceiveRing {
  readonly interfaceIndex: number;
  readonly descriptor: number;
  /** Where the ring lies in this process, for iovecs that point into it. */
  readonly address: number;
  readonly packet: Packet;
  private readonly view: DataView;
  private readonly words: Int32Array;
  private next = 0;
  private held = 0;

  constructor(interfaceIndex: number, filter: Uint8Array) {
    this.interfaceIndex = interfaceIndex;
    const geometry = { blockSize: BLOCK_SIZE, blocks: BLOCKS, frameSize: FRAME_SIZE, framesPerBlock: FRAMES_PER_BLOCK };
    const { descriptor, address } = openRingSocket(interfaceIndex, geometry, filter);
    this.descriptor = descriptor;
    this.address = address;
    const memory = libc.memoryView(address, BLOCK_SIZE * BLOCKS);
    this.packet = new Packet(new Uint8Array(memory));
    this.view = new DataView(memory);
    this.words = new Int32Array(memory);
  }

  /**
   * Calls `visit` for up to `limit` frames that hold a packet for the engine (`this.packet` is loaded with it). The frames
   * stay ours until `release`, because what is sent on points into them. Returns how many frames were looked at.
   */
  drain(limit: number, visit: (ring: ReceiveRing) => void): number {
    let seen = 0;
    const most = Math.min(limit, FRAMES - this.held);
    while (seen < most) {
      const frame = this.next * FRAME_SIZE;
      const status = Atomics.load(this.words, (frame + STATUS) >> 2);
      if ((status & STATUS_USER) === 0) break;
      if (this.load(frame, status)) visit(this);
      this.next = this.next + 1 === FRAMES ? 0 : this.next + 1;
      seen += 1;
    }
    this.held += seen;
    return seen;
  }

  private load(frame: number, status: number): boolean {
    const { view } = this;
    if ((status & STATUS_VLAN_VALID) !== 0 || view.getUint8(frame + PACKET_TYPE) !== PACKET_HOST) return false;
    const length = view.getUint32(frame + CAPTURED, true);
    if (length !== view.getUint32(frame + LENGTH, true)) return false;
    const start = frame + view.getUint16(frame + MAC_OFFSET, true);
    const virtio = start - VIRTIO_HEADER;
    const isPartial = (view.getUint8(virtio) & NEEDS_CHECKSUM) !== 0;
    const segmentSize = view.getUint8(virtio + 1) === 0 ? 0 : view.getUint16(virtio + 4, true);
    return this.packet.load(start, length, isPartial, segmentSize);
  }

  /** Gives all frames that were drained back to the kernel. */
  release(): void {
    let frame = (this.next - this.held + FRAMES) % FRAMES;
    for (; this.held > 0; this.held--) {
      Atomics.store(this.words, (frame * FRAME_SIZE + STATUS) >> 2, STATUS_KERNEL);
      frame = frame + 1 === FRAMES ? 0 : frame + 1;
    }
  }

  setFilter(filter: Uint8Array): void {
    attachFilter(this.descriptor, filter);
  }

  clearError(): number {
    return takeSocketError(this.descriptor);
  }

  takeDrops(): number {
    return takeRingDrops(this.descriptor);
  }

  close(): void {
    libc.close(this.descriptor);
    libc.munmap(this.address, BLOCK_SIZE * BLOCKS);
  }
}

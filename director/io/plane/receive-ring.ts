import { TUNNEL_HEADROOM } from '../../engine/packet/encapsulate.ts';
import { Packet } from '../../engine/packet/packet.ts';
import * as libc from '../libc.ts';
import type { Filters } from './frame-gate.ts';
import { openRingSocket, takeRingDrops, takeSocketError } from './packet-socket.ts';
import type { RingGeometry } from './packet-socket.ts';
import type { RingSize } from './socket-filter.ts';

/**
 * Two kinds of frames. Nearly all packets fit small ones, of which a burst needs thousands; large ones hold the largest
 * packet that the kernel hands over, a GSO packet of 64 kB, and its headers: 15 of them fill a block of 255 pages, and the
 * kernel allocates powers of two, so that nearly nothing of each MiB is wasted.
 */
const geometries = {
  small: { blockSize: 1 << 17, blocks: 64, frameSize: 2048, framesPerBlock: 64 },
  large: { blockSize: 69_632 * 15, blocks: 17, frameSize: 69_632, framesPerBlock: 15 },
} as const satisfies Record<RingSize, RingGeometry>;

/** The longest Ethernet frame that goes into a small one, behind the kernel's headers and the room for a tunnel's. */
export const LONGEST_SMALL_FRAME = 1600;
/** Space that a rewritten payload may grow into is behind the frame; in front of it is the room for an outer header. */
export const HEADROOM = TUNNEL_HEADROOM + 8;

/** struct tpacket2_hdr, then struct sockaddr_ll. */
const STATUS = 0;
const LENGTH = 4;
const CAPTURED = 8;
const MAC_OFFSET = 12;
const SECONDS = 16;
const NANOSECONDS = 20;
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
  readonly interfaceName: string;
  readonly descriptor: number;
  /** Where the ring lies in this process, for iovecs that point into it. */
  readonly address: number;
  readonly packet: Packet;
  private readonly size: RingSize;
  private readonly geometry: RingGeometry;
  private readonly frames: number;
  private readonly view: DataView;
  private readonly words: Int32Array;
  private next = 0;
  private held = 0;

  constructor(link: { readonly index: number; readonly name: string }, size: RingSize, filters: Filters) {
    this.interfaceIndex = link.index;
    this.interfaceName = link.name;
    const geometry = geometries[size];
    this.size = size;
    this.geometry = geometry;
    this.frames = geometry.blocks * geometry.framesPerBlock;
    const { descriptor, address } = openRingSocket(link.index, geometry, HEADROOM, (socket) => {
      filters.attach(size, socket);
    });
    this.descriptor = descriptor;
    this.address = address;
    const memory = libc.memoryView(address, geometry.blockSize * geometry.blocks);
    this.packet = new Packet(new Uint8Array(memory));
    this.view = new DataView(memory);
    this.words = new Int32Array(memory);
  }

  /** Is there a frame to take? */
  isWaiting(): boolean {
    if (this.held === this.frames) return false;
    const frame = this.next * this.geometry.frameSize;
    return (Atomics.load(this.words, (frame + STATUS) >> 2) & STATUS_USER) !== 0;
  }

  /** When the next frame, which must be there, came: in nanoseconds of a clock of its own that goes round after 18 hours. */
  waitingSince(): number {
    const frame = this.next * this.geometry.frameSize;
    const seconds = this.words[(frame + SECONDS) >> 2] ?? 0;
    return (seconds & 0xffff) * 1e9 + (this.words[(frame + NANOSECONDS) >> 2] ?? 0);
  }

  /**
   * Takes the next frame, which must be there. True when it holds a packet for the engine: `packet` is loaded with it. The frame
   * stays ours until `release`, because what is sent on points into it.
   */
  take(): boolean {
    const frame = this.next * this.geometry.frameSize;
    const isForUs = this.load(frame);
    this.next = this.next + 1 === this.frames ? 0 : this.next + 1;
    this.held += 1;
    return isForUs;
  }

  private load(frame: number): boolean {
    const { view, packet } = this;
    const status = view.getUint32(frame + STATUS, true);
    if ((status & STATUS_VLAN_VALID) !== 0 || view.getUint8(frame + PACKET_TYPE) !== PACKET_HOST) return false;
    const length = view.getUint32(frame + CAPTURED, true);
    if (length !== view.getUint32(frame + LENGTH, true)) return false;
    const start = frame + view.getUint16(frame + MAC_OFFSET, true);
    const virtio = start - VIRTIO_HEADER;
    const isPartial = (view.getUint8(virtio) & NEEDS_CHECKSUM) !== 0;
    const segmentSize = view.getUint8(virtio + 1) === 0 ? 0 : view.getUint16(virtio + 4, true);
    packet.limit = frame + this.geometry.frameSize;
    return packet.load(start, length, isPartial, segmentSize);
  }

  /** Gives all frames that were taken back to the kernel. */
  release(): void {
    const { frames } = this;
    const { frameSize } = this.geometry;
    let frame = (this.next - this.held + frames) % frames;
    for (; this.held > 0; this.held--) {
      Atomics.store(this.words, (frame * frameSize + STATUS) >> 2, STATUS_KERNEL);
      frame = frame + 1 === frames ? 0 : frame + 1;
    }
  }

  setFilter(filters: Filters): void {
    filters.attach(this.size, this.descriptor);
  }

  clearError(): number {
    return takeSocketError(this.descriptor);
  }

  takeDrops(): number {
    return takeRingDrops(this.descriptor);
  }

  close(): void {
    libc.close(this.descriptor);
    libc.munmap(this.address, this.geometry.blockSize * this.geometry.blocks);
  }
}

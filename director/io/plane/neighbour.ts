import type { Address } from '../../engine/address.ts';
import { NUD_CONFIRMED, NUD_FAILED, NUD_PERMANENT } from './route-messages.ts';

/** What waits for an address, at most; the kernel's own queue (unres_qlen_bytes) holds about as many full frames. */
const LONGEST_QUEUE = 64;
/** How often the kernel is asked about one neighbour: its own probes are a second apart. */
const ASK_PERIOD_MS = 1000;

/** How often a neighbour may be looked for as if nothing were known of it. */
const DOUBT_PERIOD_MS = 3000;

/** A host on a link, as the kernel's neighbour table knows it. */
export class Neighbour {
  readonly interfaceIndex: number;
  readonly address: Address;
  /** The first 12 bytes of frames to it, as three words: its hardware address, then our own. */
  word0 = 0;
  word1 = 0;
  word2 = 0;
  isKnown = false;
  private isConfirmed = false;
  private isPermanent = false;
  private askedAt = -Infinity;
  private doubtedAt = -Infinity;
  /** Frames for enqueueCopy, oldest first. */
  private waiting: Uint8Array[] = [];

  constructor(interfaceIndex: number, address: Address) {
    this.interfaceIndex = interfaceIndex;
    this.address = address;
  }

  /** News from the kernel: `hardwareAddress` undefined while it has none that may be used. */
  update(state: number, hardwareAddress: Uint8Array | undefined, own: Uint8Array): void {
    this.isKnown = hardwareAddress !== undefined;
    this.isPermanent = (state & NUD_PERMANENT) !== 0;
    this.isConfirmed = this.isKnown && (state & NUD_CONFIRMED) !== 0;
    if ((state & NUD_FAILED) !== 0) this.waiting = [];
    if (hardwareAddress === undefined) return;
    const header = new Uint8Array(12);
    header.set(hardwareAddress);
    header.set(own, 6);
    const view = new DataView(header.buffer);
    this.word0 = view.getUint32(0);
    this.word1 = view.getUint32(4);
    this.word2 = view.getUint32(8);
  }

  /**
   * True when the kernel should be told that the neighbour is in use. Our frames do not pass through its stack, so without
   * this it would never look whether the host is still there, or has moved.
   */
  mustAsk(now: number): boolean {
    if (this.isConfirmed || now - this.askedAt < ASK_PERIOD_MS) return false;
    this.askedAt = now;
    return true;
  }

  /**
   * True when the host did not answer and should be looked for anew, at once: the kernel's own way to find a dead address,
   * three probes after a delay, takes 8 s.
   */
  mustDoubt(now: number): boolean {
    if (this.isPermanent || !this.isKnown || now - this.doubtedAt < DOUBT_PERIOD_MS) return false;
    this.doubtedAt = now;
    this.askedAt = now;
    this.isKnown = false;
    return true;
  }

  /** Keeps a frame until the address is known. */
  wait(frame: Uint8Array): void {
    if (this.waiting.length === LONGEST_QUEUE) this.waiting.shift();
    this.waiting.push(frame);
  }

  takeWaiting(): Uint8Array[] {
    const frames = this.waiting;
    this.waiting = [];
    return frames;
  }
}

import { constants } from 'node:os';
import * as libc from '../libc.ts';
import { openSendSocket } from './packet-socket.ts';

/** Frames in one sendmmsg call: more brings nothing, and the receiver waits for the first. */
const BATCH = 128;
/** struct mmsghdr and struct iovec on 64-bit Linux. */
const MESSAGE_SIZE = 64;
const VECTOR_SIZE = 16;
const VECTORS_AT = BATCH * MESSAGE_SIZE;
const SCRATCH_AT = VECTORS_AT + BATCH * VECTOR_SIZE;
/** Copies (fragments, errors, packets that waited for an address) lie here until the batch is sent. */
const SCRATCH_SIZE = 256 * 1024;
const MSG_DONTWAIT = 0x40;

/** Sends frames out of one interface, many with one call, from where they lie. */
export class Transmitter {
  readonly interfaceIndex: number;
  /** Frames that the kernel refused, since the start. */
  errors = 0;
  lastError = 0;
  private readonly descriptor: number;
  private readonly base: number;
  private readonly words: Uint32Array;
  private readonly bytes: Uint8Array;
  private count = 0;
  private scratch = SCRATCH_AT;

  constructor(interfaceIndex: number) {
    this.interfaceIndex = interfaceIndex;
    this.descriptor = openSendSocket(interfaceIndex);
    const size = SCRATCH_AT + SCRATCH_SIZE;
    const { address, memory } = libc.anonymousMemory(size);
    this.base = address;
    this.words = new Uint32Array(memory);
    this.bytes = new Uint8Array(memory);
    for (let message = 0; message < BATCH; message++) this.prepare(message);
  }

  /** Every message has one iovec, for good. */
  private prepare(message: number): void {
    const at = (message * MESSAGE_SIZE) >> 2;
    const vector = this.base + VECTORS_AT + message * VECTOR_SIZE;
    this.words[at + 4] = vector % 2 ** 32;
    this.words[at + 5] = Math.floor(vector / 2 ** 32);
    this.words[at + 6] = 1;
  }

  /** Queues a frame with its virtio header. The memory must stay as it is until `flush`. */
  enqueue(address: number, length: number): void {
    if (this.count === BATCH) this.flush();
    const at = (VECTORS_AT + this.count * VECTOR_SIZE) >> 2;
    this.words[at] = address % 2 ** 32;
    this.words[at + 1] = Math.floor(address / 2 ** 32);
    this.words[at + 2] = length;
    this.count += 1;
  }

  /** Queues a copy of a frame that already has its virtio header. */
  enqueueCopy(frame: Uint8Array): void {
    if (frame.length > SCRATCH_SIZE) return;
    if (this.scratch + frame.length > SCRATCH_AT + SCRATCH_SIZE) this.flush();
    this.bytes.set(frame, this.scratch);
    const address = this.base + this.scratch;
    // Full batches are flushed by enqueue, which would reuse the scratch area: make room first.
    if (this.count === BATCH) this.sendBatch();
    this.enqueue(address, frame.length);
    this.scratch += frame.length;
  }

  flush(): void {
    if (this.count > 0) this.sendBatch();
    this.scratch = SCRATCH_AT;
  }

  /** A frame that the kernel refuses (interface down, buffer full, too long) is lost like on a wire; the others go on. */
  private sendBatch(): void {
    let sent = 0;
    while (sent < this.count) {
      const address = this.base + sent * MESSAGE_SIZE;
      const result = libc.sendmmsg(this.descriptor, address, this.count - sent, MSG_DONTWAIT);
      if (result > 0) {
        sent += result;
        continue;
      }
      if (-result === constants.errno.EINTR) continue;
      this.errors += 1;
      this.lastError = -result;
      sent += 1;
    }
    this.count = 0;
  }

  close(): void {
    libc.close(this.descriptor);
    libc.munmap(this.base, SCRATCH_AT + SCRATCH_SIZE);
  }
}

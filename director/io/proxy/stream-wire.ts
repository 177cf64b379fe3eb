import type { Duplex } from 'node:stream';
import {
  Inbox,
  type Outbox,
  OUTBOX_ENOUGH,
  type Wire,
  type WireFailure,
  type WireUser,
} from '../../engine/proxy/wire.ts';
import { errorCode } from '../errors.ts';
import type { Slab } from './memory.ts';
import { SLAB_OCTETS } from './memory.ts';
import type { LoopWire, SocketLoop } from './socket-loop.ts';

const NOBODY: WireUser = {
  connected: () => undefined,
  received: () => undefined,
  drained: () => undefined,
  failed: () => undefined,
  moved: () => undefined,
};

/** A wire over one of Node's streams: TLS, whose sockets are in Node's own loop. */
export class StreamWire implements Wire, Outbox, LoopWire {
  readonly inbox = new Inbox();
  user: WireUser = NOBODY;
  readonly #stream: Duplex;
  readonly #loop: SocketLoop;
  #reading = true;
  #slab: Slab | undefined;
  /** What has come and finds no room. */
  #waiting: Buffer[] = [];
  #hasEnded = false;
  #written: Buffer[] = [];
  #writtenOctets = 0;
  #reserved = Buffer.alloc(0);
  #dirty = false;
  #blocked = false;
  #ending: 'open' | 'finishing' | 'finished' | 'closed' = 'open';

  constructor(stream: Duplex, loop: SocketLoop) {
    this.#stream = stream;
    this.#loop = loop;
    loop.companions++;
    stream
      .on('data', (piece: Buffer) => this.#took(() => void this.#waiting.push(piece)))
      .on('end', () => this.#took(() => void (this.#hasEnded = true)))
      .on('error', (error) => this.#fail({ code: errorCode(error) ?? 'EPROTO', detail: error.message }))
      .on('close', () => this.#fail({ code: 'ECONNRESET' }));
  }

  get outbox(): this {
    return this;
  }

  get closed(): boolean {
    return this.#ending === 'closed';
  }

  get pending(): number {
    return this.#writtenOctets + this.#stream.writableLength;
  }

  get reading(): boolean {
    return this.#reading;
  }

  set reading(wanted: boolean) {
    this.#reading = wanted;
    if (wanted) this.#loop.again(this);
  }

  reserve(octets: number): { buffer: Uint8Array; at: number } {
    this.#reserved = Buffer.allocUnsafe(octets);
    return { buffer: this.#reserved, at: 0 };
  }

  commit(octets: number): void {
    this.#put(this.#reserved.subarray(0, octets));
  }

  write(buffer: Uint8Array, from: number, to: number): void {
    this.#put(Buffer.copyBytesFrom(buffer, from, to - from));
  }

  rest(): void {
    this.#giveBack();
  }

  finish(): void {
    if (this.#ending !== 'open') return;
    this.#ending = 'finishing';
    this.#soil();
  }

  close(): void {
    if (this.closed) return;
    this.flush();
    this.#leave();
    this.#stream.end(() => this.#stream.destroy());
  }

  abort(): void {
    if (this.closed) return;
    this.#leave();
    this.#stream.destroy();
  }

  /** It stands: the handshake is done. */
  begin(): void {
    this.user.connected(this.#loop.now());
    this.#loop.settle();
  }

  read(now: number): void {
    while (this.#reading && !this.closed && this.#waiting.length > 0) {
      if (!this.#makeRoom()) {
        this.#stream.pause();
        this.#loop.full(this);
        return;
      }
      this.#fill();
      this.user.received(now);
      this.#giveBack();
    }
    if (this.closed || !this.#reading) return;
    if (this.#stream.isPaused()) this.#stream.resume();
    if (!this.#hasEnded || this.inbox.ended) return;
    this.inbox.ended = true;
    this.user.received(now);
  }

  flush(): void {
    this.#dirty = false;
    if (this.#writtenOctets > 0) {
      const pieces = this.#written;
      this.#written = [];
      this.#writtenOctets = 0;
      this.#stream.write(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces), () => this.#sent());
    }
    if (this.#ending !== 'finishing') return;
    this.#ending = 'finished';
    this.#stream.end();
  }

  /** Something has come: everything that it brings about happens now. */
  #took(note: () => void): void {
    if (this.closed) return;
    note();
    this.read(this.#loop.now());
    this.#loop.settle();
  }

  #makeRoom(): boolean {
    const { inbox } = this;
    if (this.#slab === undefined) {
      this.#slab = this.#loop.slabs.take();
      inbox.buffer = this.#slab.octets;
    }
    if (inbox.to < SLAB_OCTETS) return true;
    if (inbox.from === 0) return false;
    this.#slab.octets.copyWithin(0, inbox.from, inbox.to);
    this.#move(-inbox.from);
    return true;
  }

  #fill(): void {
    const { inbox } = this;
    const [first] = this.#waiting as [Buffer];
    const octets = Math.min(first.length, SLAB_OCTETS - inbox.to);
    inbox.buffer.set(first.subarray(0, octets), inbox.to);
    inbox.to += octets;
    if (octets === first.length) this.#waiting.shift();
    else this.#waiting[0] = first.subarray(octets);
  }

  #move(by: number): void {
    this.inbox.from += by;
    this.inbox.to += by;
    this.user.moved(by);
  }

  #giveBack(): void {
    const { inbox } = this;
    if (inbox.from !== inbox.to || this.#slab === undefined) return;
    if (inbox.from !== 0) this.#move(-inbox.from);
    this.#loop.slabs.give(this.#slab);
    this.#slab = undefined;
  }

  #put(piece: Buffer): void {
    this.#written.push(piece);
    this.#writtenOctets += piece.length;
    if (this.pending >= OUTBOX_ENOUGH) this.#blocked = true;
    this.#soil();
  }

  #soil(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.#loop.soiled(this);
  }

  #sent(): void {
    if (!this.#blocked || this.pending > 0 || this.closed) return;
    this.#blocked = false;
    this.user.drained(this.#loop.now());
    this.#loop.settle();
  }

  #fail(reason: WireFailure): void {
    if (this.closed) return;
    const { user } = this;
    this.#ending = 'closed';
    this.user = NOBODY;
    // What has come before is still there for it.
    user.failed(reason, this.#loop.now());
    this.#leave();
    this.#loop.settle();
  }

  #leave(): void {
    this.#ending = 'closed';
    this.user = NOBODY;
    this.#loop.companions--;
    this.#waiting = [];
    if (this.#slab !== undefined) this.#loop.slabs.give(this.#slab);
    this.#slab = undefined;
  }
}

import type { Duplex } from 'node:stream';
import {
  NOBODY,
  type Outbox,
  OUTBOX_ENOUGH,
  type Wire,
  type WireFailure,
  type WireUser,
} from '../../engine/proxy/wire.ts';
import { errorCode } from '../errors.ts';
import { SlabInbox } from './slab-inbox.ts';
import type { LoopWire, SocketLoop } from './socket-loop.ts';

/** A wire over one of Node's streams: TLS, whose sockets are in Node's own loop. */
export class StreamWire implements Wire, Outbox, LoopWire {
  readonly inbox: SlabInbox;
  user: WireUser = NOBODY;
  readonly #stream: Duplex;
  readonly #loop: SocketLoop;
  #reading = true;
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
    this.inbox = new SlabInbox(loop.slabs);
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
    this.inbox.giveBack(this.user);
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
      if (!this.inbox.makeRoom(this.user)) {
        this.#stream.pause();
        this.#loop.full(this);
        return;
      }
      this.#fill();
      this.user.received(now);
      this.inbox.giveBack(this.user);
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

  #fill(): void {
    const { inbox } = this;
    const [first] = this.#waiting as [Buffer];
    const octets = Math.min(first.length, inbox.room);
    inbox.buffer.set(first.subarray(0, octets), inbox.to);
    inbox.to += octets;
    if (octets === first.length) this.#waiting.shift();
    else this.#waiting[0] = first.subarray(octets);
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
    this.inbox.free();
  }
}

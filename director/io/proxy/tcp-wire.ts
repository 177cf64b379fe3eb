import { NOBODY, type Outbox, OUTBOX_ENOUGH, type Wire, type WireUser } from '../../engine/proxy/wire.ts';
import type { Slab } from './memory.ts';
import { SLAB_OCTETS } from './memory.ts';
import { SlabInbox } from './slab-inbox.ts';
import type { SocketLoop } from './socket-loop.ts';
import * as system from './system.ts';

/** What is written at least so long goes to the system from where it is, if nothing is before it. */
const DIRECT_OCTETS = 16_384;
/** Reads in a row, so that one wire does not keep the others waiting. */
const READS_AT_ONCE = 4;
const LINGER_NOT = new Uint8Array(Int32Array.of(1, 0).buffer);
const SIZE_OF_INT = Uint8Array.of(4, 0, 0, 0);
const HANGUP = system.EPOLLRDHUP | system.EPOLLHUP | system.EPOLLERR;

interface Segment {
  readonly slab: Slab;
  from: number;
  to: number;
}

/** A TCP or UNIX stream socket in a loop of its own (edge-triggered epoll(7): what the socket has told is remembered here). */
export class TcpWire implements Wire, Outbox {
  readonly inbox: SlabInbox;
  readonly fd: number;
  user: WireUser = NOBODY;
  readonly #loop: SocketLoop;
  #connecting: boolean;
  #reading = true;
  /** There may be something to read; room to write. */
  #readable = false;
  #writable: boolean;
  #hungUp = false;
  readonly #segments: Segment[] = [];
  #pending = 0;
  #dirty = false;
  #blocked = false;
  #ending: 'open' | 'finishing' | 'finished' | 'closing' | 'closed' = 'open';

  constructor(loop: SocketLoop, fd: number, connecting: boolean) {
    this.#loop = loop;
    this.inbox = new SlabInbox(loop.slabs);
    this.fd = fd;
    this.#connecting = connecting;
    this.#writable = !connecting;
  }

  get outbox(): this {
    return this;
  }

  get pending(): number {
    return this.#pending;
  }

  get closed(): boolean {
    return this.#ending === 'closed';
  }

  get reading(): boolean {
    return this.#reading;
  }

  set reading(wanted: boolean) {
    this.#reading = wanted;
    if (wanted && this.#readable) this.#loop.again(this);
  }

  reserve(octets: number): { buffer: Uint8Array; at: number } {
    const { slab, to } = this.#tail(octets);
    return { buffer: slab.octets, at: to };
  }

  commit(octets: number): void {
    const tail = this.#segments.at(-1) as Segment;
    tail.to += octets;
    this.#pending += octets;
    // Whoever looks at it waits to be told, also when all of it goes at once.
    if (this.#pending >= OUTBOX_ENOUGH) this.#blocked = true;
    this.#soil();
  }

  write(buffer: Uint8Array, from: number, to: number): void {
    let at = from;
    if (to - from >= DIRECT_OCTETS && this.#pending === 0 && this.#writable && !this.closed)
      at += this.#sendDirectly(buffer, from, to);
    while (at < to) {
      const tail = this.#tail(1);
      const octets = Math.min(to - at, SLAB_OCTETS - tail.to);
      tail.slab.octets.set(buffer.subarray(at, at + octets), tail.to);
      this.commit(octets);
      at += octets;
    }
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
    if (this.#ending === 'closing' || this.closed) return;
    this.user = NOBODY;
    this.#ending = 'closing';
    if (this.#pending === 0 || this.#connecting) this.#release();
    else this.#soil();
  }

  abort(): void {
    if (this.closed) return;
    system.setsockopt(this.fd, system.SOL_SOCKET, system.SO_LINGER, LINGER_NOT, LINGER_NOT.length);
    this.user = NOBODY;
    this.#release();
  }

  /** What epoll has told of it. */
  happened(events: number, now: number): void {
    if (this.#connecting && !this.#endConnecting(now)) return;
    if ((events & system.EPOLLOUT) !== 0 && !this.#writable) {
      this.#writable = true;
      this.flush(now);
    }
    if ((events & (system.EPOLLIN | HANGUP)) !== 0) {
      this.#readable = true;
      if ((events & HANGUP) !== 0) this.#hungUp = true;
      this.read(now);
    }
  }

  /** Connected at once, or refused at once: told later all the same. */
  settle(errno: number, now: number): void {
    if (errno === 0) this.#endConnecting(now);
    else this.#fail(errno, now);
  }

  read(now: number): void {
    for (let times = 0; this.#mayRead(); times++) {
      if (times === READS_AT_ONCE) {
        this.#loop.again(this);
        return;
      }
      if (!this.inbox.makeRoom(this.user)) {
        this.#loop.full(this);
        return;
      }
      this.#receive(now);
      this.inbox.giveBack(this.user);
    }
  }

  flush(now: number): void {
    this.#dirty = false;
    while (this.#pending > 0 && this.#writable && !this.closed) this.#sendFirst(now);
    if (this.closed || this.#pending > 0) return;
    if (this.#ending === 'closing') this.#release();
    else if (this.#ending === 'finishing') this.#shutDown();
    if (this.#blocked) {
      this.#blocked = false;
      this.user.drained(now);
    }
  }

  #mayRead(): boolean {
    return this.#readable && this.#reading && !this.inbox.ended && this.#ending !== 'closing' && !this.closed;
  }

  #receive(now: number): void {
    const { inbox } = this;
    const { room } = inbox;
    const octets = system.recv(this.fd, inbox.address, room, system.MSG_DONTWAIT_NOSIGNAL);
    if (octets > 0) {
      inbox.to += octets;
      // A short read has taken all there was (epoll(7)); an end is told apart.
      if (octets < room && !this.#hungUp) this.#readable = false;
      this.user.received(now);
    } else if (octets === 0) {
      inbox.ended = true;
      this.#readable = false;
      this.user.received(now);
    } else this.#receiveFailed(system.lastError(), now);
  }

  #receiveFailed(errno: number, now: number): void {
    if (errno === system.EINTR) return;
    this.#readable = false;
    if (errno !== system.EAGAIN) this.#fail(errno, now);
  }

  #tail(octets: number): Segment {
    const last = this.#segments.at(-1);
    if (last !== undefined && SLAB_OCTETS - last.to >= octets) return last;
    const segment = { slab: this.#loop.slabs.take(), from: 0, to: 0 };
    this.#segments.push(segment);
    return segment;
  }

  #soil(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.#loop.soiled(this);
  }

  /** Answers how many octets went. */
  #sendDirectly(buffer: Uint8Array, from: number, to: number): number {
    const address = this.#loop.slabs.addressOf(buffer);
    if (address === undefined) return 0;
    const sent = system.send(this.fd, address + from, to - from, system.MSG_DONTWAIT_NOSIGNAL);
    // What is wrong will be told when the rest is sent.
    return Math.max(0, sent);
  }

  #sendFirst(now: number): void {
    const [first] = this.#segments as [Segment];
    const length = first.to - first.from;
    const sent = system.send(this.fd, first.slab.address + first.from, length, system.MSG_DONTWAIT_NOSIGNAL);
    if (sent === -1) {
      this.#sendFailed(system.lastError(), now);
      return;
    }
    first.from += sent;
    this.#pending -= sent;
    if (first.from < first.to) return;
    this.#segments.shift();
    this.#loop.slabs.give(first.slab);
  }

  #sendFailed(errno: number, now: number): void {
    if (errno === system.EINTR) return;
    this.#writable = false;
    this.#blocked = true;
    if (errno !== system.EAGAIN) this.#fail(errno, now);
  }

  #shutDown(): void {
    this.#ending = 'finished';
    system.shutdown(this.fd, system.SHUT_WR);
  }

  /** Whether it stands. */
  #endConnecting(now: number): boolean {
    const value = new Uint8Array(4);
    system.getsockopt(this.fd, system.SOL_SOCKET, system.SO_ERROR, value, new Uint8Array(SIZE_OF_INT));
    const errno = new DataView(value.buffer).getInt32(0, true);
    if (errno !== 0) {
      this.#fail(errno, now);
      return false;
    }
    this.#connecting = false;
    this.#writable = true;
    this.user.connected(now);
    if (this.#pending > 0) this.#soil();
    return !this.closed;
  }

  #fail(errno: number, now: number): void {
    const { user } = this;
    this.user = NOBODY;
    this.#leave();
    // What has come before is still there for it.
    user.failed({ code: system.errorName(errno) }, now);
    this.#free();
  }

  #release(): void {
    this.#leave();
    this.#free();
  }

  #leave(): void {
    this.#ending = 'closed';
    this.#loop.forget(this);
    system.close(this.fd);
  }

  #free(): void {
    for (const { slab } of this.#segments) this.#loop.slabs.give(slab);
    this.#segments.length = 0;
    this.#pending = 0;
    this.inbox.free();
  }
}

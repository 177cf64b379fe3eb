import { Deadlines } from '../../engine/proxy/exchange/deadlines.ts';
import { anonymousMemory, eventfd, read, write } from '../libc.ts';
import { SlabPool } from './memory.ts';
import * as system from './system.ts';
import { TcpWire } from './tcp-wire.ts';

/** Events that are taken from the system at once. */
const EVENTS_AT_ONCE = 512;
/** How long this thread sleeps itself before it leaves that to another one, while nobody else needs it. */
const OWN_SLEEP_MS = 1;
const LONGEST_SLEEP_MS = 60_000;
const WIRE_EVENTS = system.EPOLLIN | system.EPOLLOUT | system.EPOLLRDHUP | (system.EPOLLET as number);

/** A wire of any kind, as the loop sees it. */
export interface LoopWire {
  readonly closed: boolean;
  /** Takes in what there is, as far as there is room. */
  read(now: number): void;
  /** Sends what was written. */
  flush(now: number): void;
}

/** Whoever waits for a descriptor to become readable. */
export interface DescriptorUser {
  readable(now: number): void;
}

/**
 * An epoll(7) loop inside of Node's: while there is work it takes turns with Node's own, and sleeps on a thread of the library's when
 * there is none. All of it happens on the thread that made it.
 */
export class SocketLoop {
  readonly deadlines = new Deadlines();
  readonly slabs = new SlabPool();
  readonly #epoll = system.epollCreate(0o2000000);
  readonly #wakeFd = eventfd(0, 0o2004000);
  readonly #events = anonymousMemory(EVENTS_AT_ONCE * system.EVENT_SIZE);
  readonly #view = new DataView(this.#events.memory);
  readonly #event = new Uint8Array(system.EVENT_SIZE);
  readonly #eventView = new DataView(this.#event.buffer);
  readonly #users: (TcpWire | DescriptorUser | undefined)[] = [];
  /** Sets a new use of a descriptor apart from the one before it, of which epoll may still tell. */
  readonly #generations: number[] = [];
  readonly #clock: () => number;
  /** Connections that Node's own loop serves: while there are some, this one never sleeps on their thread. */
  companions = 0;
  #soiled: LoopWire[] = [];
  /** With more to read than one turn may take. */
  #again: LoopWire[] = [];
  /** With no room to read before its user has used something up. */
  #full: LoopWire[] = [];
  #settling: [TcpWire, number][] = [];
  #state: 'stopped' | 'turning' | 'asleep' = 'stopped';
  #turnPlanned = false;
  #wakesAt = Infinity;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.watch(this.#wakeFd, { readable: () => void read(this.#wakeFd, new Uint8Array(8)) });
  }

  /** Milliseconds, as everything in the loop has them. */
  now(): number {
    return this.#clock();
  }

  start(): void {
    if (this.#state !== 'stopped') return;
    this.#state = 'turning';
    this.#planTurn();
  }

  stop(): void {
    this.#state = 'stopped';
    this.wake();
  }

  /** Something has happened outside of the loop that it has to look at. */
  wake(): void {
    if (this.#state === 'asleep') write(this.#wakeFd, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
    else if (this.#state === 'turning') this.#planTurn();
  }

  /** Level-triggered: as long as it is readable. */
  watch(fd: number, user: DescriptorUser): void {
    const isNew = this.#users[fd] === undefined;
    this.#users[fd] = user;
    if (isNew) this.#control(fd, system.EPOLLIN);
  }

  unwatch(fd: number): void {
    this.#users[fd] = undefined;
  }

  /** A connection that was accepted. */
  adopt(fd: number): TcpWire {
    return this.#add(new TcpWire(this, fd, false));
  }

  /** `connected` or `failed` is called in a later turn. `bound` binds the socket before. */
  connect(domain: number, address: Uint8Array, bind?: (fd: number) => void): TcpWire {
    const fd = system.socket(domain, system.SOCK_STREAM | system.SOCK_NONBLOCK_CLOEXEC, 0);
    bind?.(fd);
    const wire = new TcpWire(this, fd, true);
    const errno = system.connect(fd, address, address.length) === 0 ? 0 : system.lastError();
    if (errno !== system.EINPROGRESS) {
      this.#settling.push([wire, errno]);
      this.wake();
    }
    return this.#add(wire);
  }

  /** Whoever was called by Node's own loop: what that has brought about is done at once. */
  settle(): void {
    if (this.#state === 'stopped') return;
    const now = this.#clock();
    this.#flush(now);
    this.#resume(now);
    this.#flush(now);
    // The sleeper does not know of a time that is sooner than the one it was told.
    if (this.#state === 'asleep' && this.deadlines.nextAt < this.#wakesAt) this.wake();
  }

  soiled(wire: LoopWire): void {
    this.#soiled.push(wire);
    if (this.#soiled.length === 1) this.wake();
  }

  again(wire: LoopWire): void {
    this.#again.push(wire);
    if (this.#again.length === 1) this.wake();
  }

  full(wire: LoopWire): void {
    this.#full.push(wire);
  }

  forget(wire: TcpWire): void {
    this.#users[wire.fd] = undefined;
  }

  #add(wire: TcpWire): TcpWire {
    this.#users[wire.fd] = wire;
    this.#control(wire.fd, WIRE_EVENTS);
    return wire;
  }

  #control(fd: number, events: number): void {
    const generation = ((this.#generations[fd] ?? 0) + 1) >>> 0;
    this.#generations[fd] = generation;
    this.#eventView.setUint32(0, events >>> 0, true);
    this.#eventView.setUint32(system.EVENT_DATA, fd, true);
    this.#eventView.setUint32(system.EVENT_DATA + 4, generation, true);
    system.epollControl(this.#epoll, system.EPOLL_CTL_ADD, fd, this.#event);
  }

  #planTurn(): void {
    if (this.#turnPlanned) return;
    this.#turnPlanned = true;
    setImmediate(() => {
      this.#turnPlanned = false;
      if (this.#state === 'turning') this.#turn();
    });
  }

  get #busy(): boolean {
    return this.#soiled.length > 0 || this.#again.length > 0 || this.#settling.length > 0;
  }

  /** Everything that is to be done now; then sleep, or another turn after Node's. */
  #turn(): void {
    const ready = system.epollWait(
      this.#epoll,
      this.#events.address,
      EVENTS_AT_ONCE,
      this.#busy || this.companions > 0 ? 0 : Math.min(OWN_SLEEP_MS, this.#sleepMs()),
    );
    this.#work(ready);
    if (this.#state !== 'turning') return;
    if (ready > 0 || this.#busy) this.#planTurn();
    else this.#sleep();
  }

  #sleep(): void {
    this.#state = 'asleep';
    this.#wakesAt = this.#clock() + this.#sleepMs();
    system.epollWaitAside([this.#epoll, this.#events.address, EVENTS_AT_ONCE, this.#sleepMs()], (ready) => {
      if (this.#state !== 'asleep') return;
      this.#state = 'turning';
      this.#work(ready);
      this.#planTurn();
    });
  }

  #sleepMs(): number {
    return Math.min(LONGEST_SLEEP_MS, Math.max(0, Math.ceil(this.deadlines.nextAt - this.#clock())));
  }

  #work(ready: number): void {
    const now = this.#clock();
    for (let index = 0; index < ready; index++) this.#tell(index * system.EVENT_SIZE, now);
    this.#settle(now);
    this.deadlines.run(now);
    this.#flush(now);
    // What was sent on has made room.
    this.#resume(now);
    this.#flush(now);
  }

  #tell(at: number, now: number): void {
    const fd = this.#view.getUint32(at + system.EVENT_DATA, true);
    const user = this.#users[fd];
    if (user === undefined || this.#view.getUint32(at + system.EVENT_DATA + 4, true) !== this.#generations[fd]) return;
    if (user instanceof TcpWire) user.happened(this.#view.getUint32(at, true), now);
    else user.readable(now);
  }

  #settle(now: number): void {
    const settling = this.#settling;
    if (settling.length === 0) return;
    this.#settling = [];
    for (const [wire, errno] of settling) if (!wire.closed) wire.settle(errno, now);
  }

  #resume(now: number): void {
    if (this.#again.length === 0 && this.#full.length === 0) return;
    const wires = [...this.#again, ...this.#full];
    this.#again = [];
    this.#full = [];
    for (const wire of wires) if (!wire.closed) wire.read(now);
  }

  #flush(now: number): void {
    while (this.#soiled.length > 0) {
      const soiled = this.#soiled;
      this.#soiled = [];
      for (const wire of soiled) if (!wire.closed) wire.flush(now);
    }
  }
}

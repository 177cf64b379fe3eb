import { PROTOCOL_TCP } from '../packet/packet.ts';
import { CLIENT, ConnectionColumns, kindOf, SERVER, VIRTUAL } from './connection-columns.ts';
import type { ConnectionKey } from './connection-columns.ts';
import {
  FLAG_FORWARDING_MASK,
  FLAG_HASHED,
  FLAG_NO_CLIENT_PORT,
  FLAG_ONE_PACKET,
  FLAG_TEMPLATE,
  FORWARD_MASQUERADE,
} from './connection-flags.ts';
import { ExpiryWheel } from './expiry-wheel.ts';
import type { Flow } from './flow.ts';
import { HalfOpenQueue } from './half-open-queue.ts';
import { HashIndex } from './hash-index.ts';
import { TCP_STATE_SYN_RECV } from './tcp-states.ts';

const INITIAL_CAPACITY = 1024;
const SOURCE = 0;
const DESTINATION = 4;

/**
 * Connection entries and persistence templates of both families. Found by (client, virtual) for packets to a service, by
 * (server, client) for answers, and templates by (client network, virtual). About 170 bytes an entry with both indexes.
 * Grows by doubling up to `maximum` entries; look-ups cost the same however many there are, and make no object.
 */
export class ConnectionTable extends ConnectionColumns {
  readonly maximum: number;
  private used = 0;
  private freeHead = -1;
  private count = 0;
  private withoutClientPort = 0;
  private readonly seed: number;
  private readonly incoming = new HashIndex(INITIAL_CAPACITY);
  private readonly outgoing = new HashIndex(INITIAL_CAPACITY);
  private readonly wheel: ExpiryWheel;
  private readonly halfOpen = new HalfOpenQueue(INITIAL_CAPACITY);

  /** `seed` is a random 32-bit number: with it unknown, nobody can aim packets at one hash chain. */
  constructor(maximum: number, seed: number, now: number) {
    super(INITIAL_CAPACITY);
    this.maximum = maximum;
    this.seed = seed;
    this.wheel = new ExpiryWheel(INITIAL_CAPACITY, now);
  }

  get size(): number {
    return this.count;
  }

  get isFull(): boolean {
    return this.count >= this.maximum;
  }

  /** Entry for a packet from a client to a virtual service, or -1 (ip_vs_conn_in_get). */
  findIncoming(flow: Flow): number {
    const entry = this.searchIncoming(flow, flow.sourcePort);
    return entry === -1 && this.withoutClientPort > 0 ? this.searchIncoming(flow, 0) : entry;
  }

  private searchIncoming(flow: Flow, clientPort: number): number {
    const { addresses, destinationPort, family, protocol } = flow;
    const kind = kindOf(family, protocol);
    const hash = this.hash(kind, addresses, SOURCE, addresses, DESTINATION) ^ mixPorts(clientPort, destinationPort);
    const index = this.incoming;
    for (let slot = index.firstSlot(hash); ; slot = index.nextSlot(slot)) {
      const entry = index.entryAt(slot);
      if (entry === -1) return -1;
      if (
        index.hashAt(slot) === hash &&
        this.kind(entry) === kind &&
        this.hasPorts(entry, clientPort, destinationPort) &&
        (clientPort !== 0) === ((this.flags(entry) & FLAG_NO_CLIENT_PORT) === 0) &&
        this.hasAddress(entry, CLIENT, addresses, SOURCE) &&
        this.hasAddress(entry, VIRTUAL, addresses, DESTINATION)
      )
        return entry;
    }
  }

  /**
   * Entry for a packet from a real server to a client, or -1 (ip_vs_conn_out_get). Servers behind gate and ipip forwarding
   * answer as the virtual address itself.
   */
  findOutgoing(flow: Flow): number {
    const { addresses, sourcePort, destinationPort, family, protocol } = flow;
    const kind = kindOf(family, protocol);
    const hash = this.hash(kind, addresses, DESTINATION, addresses, SOURCE) ^ mixPorts(destinationPort, sourcePort);
    const index = this.outgoing;
    for (let slot = index.firstSlot(hash); ; slot = index.nextSlot(slot)) {
      const entry = index.entryAt(slot);
      if (entry === -1) return -1;
      if (index.hashAt(slot) !== hash || this.kind(entry) !== kind) continue;
      const end = this.answeringEnd(entry);
      const port = end === SERVER ? this.serverPort(entry) : this.virtualPort(entry);
      if (
        this.clientPort(entry) === destinationPort &&
        port === sourcePort &&
        this.hasAddress(entry, CLIENT, addresses, DESTINATION) &&
        this.hasAddress(entry, end, addresses, SOURCE)
      )
        return entry;
    }
  }

  /** The template with exactly this key, or -1 (ip_vs_ct_in_get). */
  findTemplate(key: ConnectionKey): number {
    const { addresses } = key;
    const kind = kindOf(key.family, key.protocol);
    const ports = mixPorts(key.clientPort, key.virtualPort);
    const hash = this.hash(kind, addresses, CLIENT, addresses, VIRTUAL) ^ ports;
    const index = this.incoming;
    for (let slot = index.firstSlot(hash); ; slot = index.nextSlot(slot)) {
      const entry = index.entryAt(slot);
      if (entry === -1) return -1;
      if (
        index.hashAt(slot) === hash &&
        (this.flags(entry) & FLAG_TEMPLATE) !== 0 &&
        this.kind(entry) === kind &&
        this.hasPorts(entry, key.clientPort, key.virtualPort) &&
        this.hasAddress(entry, CLIENT, addresses, CLIENT) &&
        this.hasAddress(entry, VIRTUAL, addresses, VIRTUAL)
      )
        return entry;
    }
  }

  /** A new entry that expires at `expiresAt`; -1 when the table is full. Look-ups do not find one-packet entries. */
  add(key: ConnectionKey, flags: number, destination: number, expiresAt: number): number {
    const entry = this.allocate();
    if (entry === -1) return -1;
    this.count += 1;
    this.fill(entry, key, destination, expiresAt);
    this.setFlags(entry, flags & ~FLAG_HASHED);
    if ((flags & FLAG_NO_CLIENT_PORT) !== 0) this.withoutClientPort += 1;
    if ((flags & FLAG_ONE_PACKET) === 0) this.show(entry);
    this.wheel.add(entry, expiresAt);
    return entry;
  }

  /** Makes look-ups find the entry. */
  private show(entry: number): void {
    const kind = this.kind(entry);
    const base = this.wordsAt(entry);
    const { addresses } = this;
    const clientPort = this.clientPort(entry);
    const clientSide = this.hash(kind, addresses, base + CLIENT, addresses, base + VIRTUAL);
    this.incoming.insert(entry, clientSide ^ mixPorts(clientPort, this.virtualPort(entry)));
    this.setFlags(entry, this.flags(entry) | FLAG_HASHED);
    if ((this.flags(entry) & FLAG_TEMPLATE) !== 0) return;
    const end = this.answeringEnd(entry);
    const port = end === SERVER ? this.serverPort(entry) : this.virtualPort(entry);
    const serverSide = this.hash(kind, addresses, base + CLIENT, addresses, base + end);
    this.outgoing.insert(entry, serverSide ^ mixPorts(clientPort, port));
  }

  /** Look-ups no longer find the entry; it stays listed until it expires (ip_vs_conn_unhash). */
  hide(entry: number): void {
    const flags = this.flags(entry);
    if ((flags & FLAG_HASHED) === 0) return;
    this.incoming.remove(entry);
    if ((flags & FLAG_TEMPLATE) === 0) this.outgoing.remove(entry);
    this.setFlags(entry, flags & ~FLAG_HASHED);
  }

  /** The client's port of an FTP data connection, told by its first packet (ip_vs_conn_fill_cport). */
  fillClientPort(entry: number, port: number): void {
    if ((this.flags(entry) & FLAG_NO_CLIENT_PORT) === 0) return;
    this.hide(entry);
    this.withoutClientPort -= 1;
    this.setFlags(entry, this.flags(entry) & ~FLAG_NO_CLIENT_PORT);
    this.setPorts(entry, port, this.virtualPort(entry), this.serverPort(entry));
    this.show(entry);
  }

  /** A template whose server is gone answers no client any more; its ports show as 65535 (ip_vs_check_template). */
  invalidateTemplate(entry: number): void {
    if (this.virtualPort(entry) === 0xffff) return;
    this.hide(entry);
    this.setPorts(entry, 0, 0xffff, 0xffff);
    this.show(entry);
  }

  /** After the forwarding method in its flags changed, which tells by what its answers are found. */
  setForwarding(entry: number, flags: number): void {
    this.hide(entry);
    this.setFlags(entry, flags & ~FLAG_HASHED);
    this.show(entry);
  }

  remove(entry: number): void {
    this.wheel.remove(entry);
    this.release(entry);
  }

  private release(entry: number): void {
    this.hide(entry);
    if (this.isHalfOpen(entry)) this.halfOpen.remove(entry);
    if ((this.flags(entry) & FLAG_NO_CLIENT_PORT) !== 0) this.withoutClientPort -= 1;
    this.setTemplate(entry, -1);
    this.free(entry);
    this.owners[entry] = this.freeHead;
    this.freeHead = entry;
    this.count -= 1;
  }

  /**
   * Calls `expired` for every entry whose time has come; it answers until when the entry stays, in the clock of `now`, or
   * 0: then it goes.
   */
  expire(now: number, expired: (entry: number, now: number) => number): void {
    this.wheel.advance(now, (entry) => {
      let deadline = this.expiries[entry] ?? 0;
      if (deadline <= now) deadline = expired(entry, now);
      if (deadline > now) {
        this.expiries[entry] = deadline;
        this.wheel.add(entry, deadline);
      } else this.release(entry);
    });
  }

  setExpiry(entry: number, expiresAt: number): void {
    this.expiries[entry] = expiresAt;
    this.wheel.update(entry, expiresAt);
  }

  setState(entry: number, state: number): void {
    const wasHalfOpen = this.isHalfOpen(entry);
    this.storeState(entry, state);
    const isHalfOpen = this.isHalfOpen(entry);
    if (isHalfOpen && !wasHalfOpen) this.halfOpen.append(entry);
    if (wasHalfOpen && !isHalfOpen) this.halfOpen.remove(entry);
  }

  private isHalfOpen(entry: number): boolean {
    const isConnection = this.protocol(entry) === PROTOCOL_TCP && (this.flags(entry) & FLAG_TEMPLATE) === 0;
    return isConnection && this.state(entry) === TCP_STATE_SYN_RECV;
  }

  /** The entry that waits longest for the end of its handshake; -1 when none does. */
  oldestHalfOpen(): number {
    return this.halfOpen.oldest;
  }

  /** Entry numbers are below this; not all of them are in use. */
  get rows(): number {
    return this.used;
  }

  /** Entry numbers in use, in no particular order. */
  *entries(): Generator<number> {
    for (let entry = 0; entry < this.used; entry++) if (this.isInUse(entry)) yield entry;
  }

  private answeringEnd(entry: number): number {
    return (this.flags(entry) & FLAG_FORWARDING_MASK) === FORWARD_MASQUERADE ? SERVER : VIRTUAL;
  }

  private allocate(): number {
    if (this.isFull) return -1;
    if (this.freeHead !== -1) {
      const entry = this.freeHead;
      this.freeHead = this.owners[entry] ?? -1;
      return entry;
    }
    if (this.used === this.capacity) this.grow(this.capacity * 2);
    return this.used++;
  }

  private grow(capacity: number): void {
    this.growColumns(capacity);
    this.incoming.grow(capacity);
    this.outgoing.grow(capacity);
    this.wheel.grow(capacity);
    this.halfOpen.grow(capacity);
  }

  /** Mixes two addresses, after the finalizer of MurmurHash3. */
  private hash(kind: number, client: Uint32Array, clientAt: number, other: Uint32Array, otherAt: number): number {
    let hash = this.seed ^ Math.imul(kind, 0x27d4eb2f);
    if (isIpv6(kind)) {
      for (let word = 0; word < 3; word++) {
        hash = Math.imul(hash ^ (client[clientAt + word] ?? 0), 0x9e3779b1);
        hash = Math.imul(hash ^ (hash >>> 15) ^ (other[otherAt + word] ?? 0), 0x85ebca6b);
      }
    }
    hash = Math.imul(hash ^ (hash >>> 13) ^ (client[clientAt + 3] ?? 0), 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ (other[otherAt + 3] ?? 0), 0x85ebca6b);
    return hash ^ (hash >>> 16);
  }
}

const ipv6Bit = kindOf(6, 0) ^ kindOf(4, 0);

function isIpv6(kind: number): boolean {
  return (kind & ipv6Bit) !== 0;
}

function mixPorts(clientPort: number, otherPort: number): number {
  const mixed = Math.imul(((clientPort << 16) | otherPort) ^ 0x5bd1e995, 0xc2b2ae35);
  return mixed ^ (mixed >>> 15);
}

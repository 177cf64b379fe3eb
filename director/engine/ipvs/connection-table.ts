import { ExpiryWheel } from './expiry-wheel.ts';
import { HashIndex } from './hash-index.ts';

/** The entry's server is counted in InActConn (include/uapi/linux/ip_vs.h, IP_VS_CONN_F_INACTIVE). */
export const FLAG_INACTIVE = 0x100;

const INITIAL_CAPACITY = 1024;

/** The two ends of an entry and its server; ports and addresses as in the packets. */
export interface ConnectionKey {
  readonly protocol: number;
  readonly client: number;
  readonly clientPort: number;
  readonly virtual: number;
  readonly virtualPort: number;
  readonly server: number;
  readonly serverPort: number;
}

/**
 * Connection entries in columns of typed arrays, an entry being a row number: about 75 bytes each, no object per connection
 * and nothing for the garbage collector. Found by (client, virtual) for packets to a service and by (server, client) for
 * answers. Grows by doubling up to `maximum`; a full table refuses new entries and keeps the old ones.
 */
export class ConnectionTable {
  readonly maximum: number;
  private capacity = INITIAL_CAPACITY;
  private used = 0;
  private freeHead = -1;
  private count = 0;
  private readonly seed: number;
  private readonly incoming = new HashIndex(INITIAL_CAPACITY);
  private readonly outgoing = new HashIndex(INITIAL_CAPACITY);
  private readonly wheel: ExpiryWheel;

  private clients = new Uint32Array(INITIAL_CAPACITY);
  private virtuals = new Uint32Array(INITIAL_CAPACITY);
  private servers = new Uint32Array(INITIAL_CAPACITY);
  private clientPorts = new Uint16Array(INITIAL_CAPACITY);
  private virtualPorts = new Uint16Array(INITIAL_CAPACITY);
  private serverPorts = new Uint16Array(INITIAL_CAPACITY);
  private protocols = new Uint8Array(INITIAL_CAPACITY);
  private expiries = new Float64Array(INITIAL_CAPACITY);
  /** Destination ids while in use, next free entry while free. */
  private owners = new Int32Array(INITIAL_CAPACITY);
  private states = new Uint8Array(INITIAL_CAPACITY);
  private flagWords = new Uint16Array(INITIAL_CAPACITY);

  /** `seed` is a random 32-bit number: with it unknown, nobody can aim packets at one hash chain. */
  constructor(maximum: number, seed: number, now: number) {
    this.maximum = maximum;
    this.seed = seed;
    this.wheel = new ExpiryWheel(INITIAL_CAPACITY, now);
  }

  get size(): number {
    return this.count;
  }

  /** Entry for a packet from a client to a virtual service, or -1. */
  findIncoming(protocol: number, client: number, clientPort: number, virtual: number, virtualPort: number): number {
    const hash = this.hash(client, virtual, clientPort * 65536 + virtualPort, protocol);
    const index = this.incoming;
    for (let slot = index.firstSlot(hash); ; slot = index.nextSlot(slot)) {
      const entry = index.entryAt(slot);
      if (entry === -1) return -1;
      if (
        index.hashOf(entry) === hash &&
        this.clients[entry] === client &&
        this.clientPorts[entry] === clientPort &&
        this.virtuals[entry] === virtual &&
        this.virtualPorts[entry] === virtualPort &&
        this.protocols[entry] === protocol
      )
        return entry;
    }
  }

  /** Entry for a packet from a real server to a client, or -1. */
  findOutgoing(protocol: number, server: number, serverPort: number, client: number, clientPort: number): number {
    const hash = this.hash(client, server, clientPort * 65536 + serverPort, protocol);
    const index = this.outgoing;
    for (let slot = index.firstSlot(hash); ; slot = index.nextSlot(slot)) {
      const entry = index.entryAt(slot);
      if (entry === -1) return -1;
      if (
        index.hashOf(entry) === hash &&
        this.clients[entry] === client &&
        this.clientPorts[entry] === clientPort &&
        this.servers[entry] === server &&
        this.serverPorts[entry] === serverPort &&
        this.protocols[entry] === protocol
      )
        return entry;
    }
  }

  /** A new entry that expires at `expiresAt`; -1 when the table is full. */
  add(key: ConnectionKey, destination: number, expiresAt: number): number {
    const entry = this.allocate();
    if (entry === -1) return -1;
    this.count += 1;
    this.clients[entry] = key.client;
    this.clientPorts[entry] = key.clientPort;
    this.virtuals[entry] = key.virtual;
    this.virtualPorts[entry] = key.virtualPort;
    this.servers[entry] = key.server;
    this.serverPorts[entry] = key.serverPort;
    this.protocols[entry] = key.protocol;
    this.owners[entry] = destination;
    this.states[entry] = 0;
    this.flagWords[entry] = 0;
    this.expiries[entry] = expiresAt;
    const clientSide = this.hash(key.client, key.virtual, key.clientPort * 65536 + key.virtualPort, key.protocol);
    const serverSide = this.hash(key.client, key.server, key.clientPort * 65536 + key.serverPort, key.protocol);
    this.incoming.insert(entry, clientSide);
    this.outgoing.insert(entry, serverSide);
    this.wheel.add(entry, expiresAt);
    return entry;
  }

  remove(entry: number): void {
    this.wheel.remove(entry);
    this.release(entry);
  }

  private release(entry: number): void {
    this.incoming.remove(entry);
    this.outgoing.remove(entry);
    this.protocols[entry] = 0;
    this.owners[entry] = this.freeHead;
    this.freeHead = entry;
    this.count -= 1;
  }

  /** Calls `expired` for every entry whose time has come, before it goes. */
  expire(now: number, expired: (entry: number) => void): void {
    this.wheel.advance(now, (entry) => {
      const deadline = this.expiries[entry] ?? 0;
      if (deadline > now) {
        this.wheel.add(entry, deadline);
        return;
      }
      expired(entry);
      this.release(entry);
    });
  }

  setExpiry(entry: number, expiresAt: number): void {
    this.expiries[entry] = expiresAt;
    this.wheel.update(entry, expiresAt);
  }

  expiry(entry: number): number {
    return this.expiries[entry] ?? 0;
  }

  destination(entry: number): number {
    return this.owners[entry] ?? -1;
  }

  state(entry: number): number {
    return this.states[entry] ?? 0;
  }

  setState(entry: number, state: number): void {
    this.states[entry] = state;
  }

  flags(entry: number): number {
    return this.flagWords[entry] ?? 0;
  }

  setFlags(entry: number, flags: number): void {
    this.flagWords[entry] = flags;
  }

  client(entry: number): number {
    return this.clients[entry] ?? 0;
  }

  clientPort(entry: number): number {
    return this.clientPorts[entry] ?? 0;
  }

  virtual(entry: number): number {
    return this.virtuals[entry] ?? 0;
  }

  virtualPort(entry: number): number {
    return this.virtualPorts[entry] ?? 0;
  }

  server(entry: number): number {
    return this.servers[entry] ?? 0;
  }

  serverPort(entry: number): number {
    return this.serverPorts[entry] ?? 0;
  }

  protocol(entry: number): number {
    return this.protocols[entry] ?? 0;
  }

  /** Entry numbers in use, in no particular order. */
  *entries(): Generator<number> {
    for (let entry = 0; entry < this.used; entry++) if (this.protocols[entry] !== 0) yield entry;
  }

  private allocate(): number {
    if (this.freeHead !== -1) {
      const entry = this.freeHead;
      this.freeHead = this.owners[entry] ?? -1;
      return entry;
    }
    if (this.used === this.capacity && !this.grow()) return -1;
    return this.used++;
  }

  private grow(): boolean {
    if (this.capacity * 2 > this.maximum) return false;
    this.capacity *= 2;
    const { capacity } = this;
    this.clients = copyInto(new Uint32Array(capacity), this.clients);
    this.virtuals = copyInto(new Uint32Array(capacity), this.virtuals);
    this.servers = copyInto(new Uint32Array(capacity), this.servers);
    this.clientPorts = copyInto(new Uint16Array(capacity), this.clientPorts);
    this.virtualPorts = copyInto(new Uint16Array(capacity), this.virtualPorts);
    this.serverPorts = copyInto(new Uint16Array(capacity), this.serverPorts);
    this.protocols = copyInto(new Uint8Array(capacity), this.protocols);
    this.expiries = copyInto(new Float64Array(capacity), this.expiries);
    this.owners = copyInto(new Int32Array(capacity), this.owners);
    this.states = copyInto(new Uint8Array(capacity), this.states);
    this.flagWords = copyInto(new Uint16Array(capacity), this.flagWords);
    this.incoming.grow(capacity);
    this.outgoing.grow(capacity);
    this.wheel.grow(capacity);
    return true;
  }

  /** Mixes four words, after the finalizer of MurmurHash3. */
  private hash(client: number, other: number, ports: number, protocol: number): number {
    let hash = Math.imul(client ^ this.seed, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ other, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13) ^ ports, 0xc2b2ae35);
    hash ^= protocol;
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}

function copyInto<Values extends { set(source: Values): void }>(target: Values, source: Values): Values {
  target.set(source);
  return target;
}

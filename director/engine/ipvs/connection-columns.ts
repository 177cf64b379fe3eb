import type { Address, Family } from '../address.ts';
import { FLAG_FORWARDING_MASK, FORWARD_TUNNEL } from './connection-flags.ts';

/** Words of an entry's addresses, and where each of the three begins; an IPv4 address is in the last of its four. */
export const ADDRESS_WORDS = 12;
export const CLIENT = 0;
export const VIRTUAL = 4;
export const SERVER = 8;

/**
 * One row of 16 words, a cache line, has all that a look-up compares, so that it costs one memory access however large the
 * table is: the addresses, then PORTS (client's and virtual), END (the server's port and the flags), KIND (family, protocol,
 * use; and the state) and the mark.
 */
const ROW_WORDS = 16;
/** Large arrays begin 16 bytes behind a page's start (malloc's header): so far on, rows are whole cache lines. */
const FIRST_ROW = 12;
const PORTS = 12;
const END = 13;
const KIND = 14;
const MARK = 15;

const IPV6 = 0x80;
const IN_USE = 0x40;
/** TCP, UDP and 0 (templates of firewall marks) fit; so do all that IPVS could learn to balance. */
const PROTOCOL = 0x3f;

/** What a new entry is made of. Callers keep one object and fill it again and again. */
export interface ConnectionKey {
  readonly family: Family;
  /** IP protocol number; 0 in the template of a firewall mark. */
  readonly protocol: number;
  /** Words 0–3 client, 4–7 virtual, 8–11 server. */
  readonly addresses: Uint32Array;
  readonly clientPort: number;
  readonly virtualPort: number;
  readonly serverPort: number;
  readonly mark: number;
}

/** A key to fill in. */
export class ConnectionKeyBuffer implements ConnectionKey {
  family: Family = 4;
  protocol = 0;
  readonly addresses = new Uint32Array(ADDRESS_WORDS);
  clientPort = 0;
  virtualPort = 0;
  serverPort = 0;
  mark = 0;

  /** `which` is CLIENT, VIRTUAL or SERVER. */
  setAddress(which: number, words: Uint32Array, at = 0): void {
    for (let word = 0; word < 4; word++) this.addresses[which + word] = words[at + word] ?? 0;
  }
}

/**
 * The fields of all entries in typed arrays, an entry being a row number: no object per connection and nothing for the garbage collector. 96 bytes an entry.
 */
export class ConnectionColumns {
  protected capacity: number;
  /** The rows; their addresses begin at `wordsAt`. Replaced when the table grows: do not keep it. */
  addresses: Uint32Array;
  protected expiries: Float64Array;
  /** Destination ids while in use, next free entry while free. */
  protected owners: Int32Array;
  private timeouts: Uint32Array;
  private templates: Int32Array;
  private controls: Uint32Array;
  private packetCounts: Uint32Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.addresses = new Uint32Array(FIRST_ROW + capacity * ROW_WORDS);
    this.expiries = new Float64Array(capacity);
    this.owners = new Int32Array(capacity);
    this.timeouts = new Uint32Array(capacity);
    this.templates = new Int32Array(capacity);
    this.controls = new Uint32Array(capacity);
    this.packetCounts = new Uint32Array(capacity);
  }

  protected growColumns(capacity: number): void {
    this.capacity = capacity;
    this.addresses = copyInto(new Uint32Array(FIRST_ROW + capacity * ROW_WORDS), this.addresses);
    this.expiries = copyInto(new Float64Array(capacity), this.expiries);
    this.owners = copyInto(new Int32Array(capacity), this.owners);
    this.timeouts = copyInto(new Uint32Array(capacity), this.timeouts);
    this.templates = copyInto(new Int32Array(capacity), this.templates);
    this.controls = copyInto(new Uint32Array(capacity), this.controls);
    this.packetCounts = copyInto(new Uint32Array(capacity), this.packetCounts);
  }

  protected fill(entry: number, key: ConnectionKey, destination: number, expiresAt: number): void {
    const row = FIRST_ROW + entry * ROW_WORDS;
    const { addresses } = this;
    for (let word = 0; word < ADDRESS_WORDS; word++) addresses[row + word] = key.addresses[word] ?? 0;
    addresses[row + PORTS] = portsWord(key.clientPort, key.virtualPort);
    addresses[row + END] = key.serverPort << 16;
    addresses[row + KIND] = kindOf(key.family, key.protocol);
    addresses[row + MARK] = key.mark;
    this.expiries[entry] = expiresAt;
    this.owners[entry] = destination;
    this.timeouts[entry] = 0;
    this.templates[entry] = -1;
    this.controls[entry] = 0;
    this.packetCounts[entry] = 0;
  }

  private word(entry: number, word: number): number {
    return this.addresses[FIRST_ROW + entry * ROW_WORDS + word] ?? 0;
  }

  isInUse(entry: number): boolean {
    return this.kind(entry) !== 0;
  }

  /** Family and protocol as `kindOf` puts them; 0 for a row that is free. */
  protected kind(entry: number): number {
    return this.word(entry, KIND) & 0xff;
  }

  protected free(entry: number): void {
    this.addresses[FIRST_ROW + entry * ROW_WORDS + KIND] = 0;
  }

  family(entry: number): Family {
    return (this.kind(entry) & IPV6) === 0 ? 4 : 6;
  }

  /** IP protocol number; 0 in the template of a firewall mark, and of a row that is free. */
  protocol(entry: number): number {
    return this.kind(entry) & PROTOCOL;
  }

  /** Where the words of an entry begin in `addresses`; add CLIENT, VIRTUAL or SERVER. */
  wordsAt(entry: number): number {
    return FIRST_ROW + entry * ROW_WORDS;
  }

  /** A copy, for listings. `which` is CLIENT, VIRTUAL or SERVER. */
  address(entry: number, which: number): Address {
    const at = FIRST_ROW + entry * ROW_WORDS + which;
    return { family: this.family(entry), words: this.addresses.slice(at, at + 4) };
  }

  /**
   * A copy. Tunnels lead to servers of either family, so that the address itself has to tell which: those of IPv6 that look like
   * IPv4's (::/96) are nobody's (RFC 4291, section 2.5.5.1).
   */
  serverAddress(entry: number): Address {
    const address = this.address(entry, SERVER);
    if ((this.flags(entry) & FLAG_FORWARDING_MASK) !== FORWARD_TUNNEL) return address;
    const [first, second, third] = address.words;
    return { ...address, family: first === 0 && second === 0 && third === 0 ? 4 : 6 };
  }

  /** Is it this address? `words` from `at` on. */
  protected hasAddress(entry: number, which: number, words: Uint32Array, at: number): boolean {
    const own = FIRST_ROW + entry * ROW_WORDS + which;
    const { addresses } = this;
    return (
      addresses[own + 3] === words[at + 3] &&
      addresses[own + 2] === words[at + 2] &&
      addresses[own + 1] === words[at + 1] &&
      addresses[own] === words[at]
    );
  }

  protected hasPorts(entry: number, clientPort: number, virtualPort: number): boolean {
    return this.word(entry, PORTS) === portsWord(clientPort, virtualPort);
  }

  clientPort(entry: number): number {
    return this.word(entry, PORTS) >>> 16;
  }

  virtualPort(entry: number): number {
    return this.word(entry, PORTS) & 0xffff;
  }

  serverPort(entry: number): number {
    return this.word(entry, END) >>> 16;
  }

  protected setPorts(entry: number, clientPort: number, virtualPort: number, serverPort: number): void {
    const row = FIRST_ROW + entry * ROW_WORDS;
    this.addresses[row + PORTS] = portsWord(clientPort, virtualPort);
    this.addresses[row + END] = (serverPort << 16) | this.flags(entry);
  }

  /** Milliseconds, on the clock of all `now`. */
  expiry(entry: number): number {
    return this.expiries[entry] ?? 0;
  }

  /** Destination id; -1 for an entry from a sync message that found no server here. */
  destination(entry: number): number {
    return this.owners[entry] ?? -1;
  }

  setDestination(entry: number, destination: number): void {
    this.owners[entry] = destination;
  }

  state(entry: number): number {
    return (this.word(entry, KIND) >>> 8) & 0xff;
  }

  protected storeState(entry: number, state: number): void {
    this.addresses[FIRST_ROW + entry * ROW_WORDS + KIND] = this.kind(entry) | (state << 8);
  }

  flags(entry: number): number {
    return this.word(entry, END) & 0xffff;
  }

  setFlags(entry: number, flags: number): void {
    this.addresses[FIRST_ROW + entry * ROW_WORDS + END] = (this.serverPort(entry) << 16) | flags;
  }

  /** Firewall mark of the packet that began it. */
  mark(entry: number): number {
    return this.word(entry, MARK);
  }

  /** What the deadline is put off by, in milliseconds. */
  timeout(entry: number): number {
    return this.timeouts[entry] ?? 0;
  }

  setTimeout(entry: number, milliseconds: number): void {
    this.timeouts[entry] = milliseconds;
  }

  /** The entry that controls this one (its persistence template, or an FTP control connection); -1 = none. */
  template(entry: number): number {
    return this.templates[entry] ?? -1;
  }

  /** How many entries this one controls. */
  controlled(entry: number): number {
    return this.controls[entry] ?? 0;
  }

  /** Makes `template` control `entry`; -1 = nobody any more. */
  setTemplate(entry: number, template: number): void {
    const before = this.template(entry);
    if (before !== -1) this.controls[before] = this.controlled(before) - 1;
    this.templates[entry] = template;
    if (template !== -1) this.controls[template] = this.controlled(template) + 1;
  }

  /** Packets from the client so far (in_pkts), as connection synchronisation counts them. */
  packets(entry: number): number {
    return this.packetCounts[entry] ?? 0;
  }

  setPackets(entry: number, packets: number): void {
    this.packetCounts[entry] = packets;
  }
}

export function kindOf(family: Family, protocol: number): number {
  return IN_USE | (family === 6 ? IPV6 : 0) | (protocol & PROTOCOL);
}

function portsWord(clientPort: number, virtualPort: number): number {
  return ((clientPort << 16) | virtualPort) >>> 0;
}

function copyInto<Values extends { set(source: Values): void }>(target: Values, source: Values): Values {
  target.set(source);
  return target;
}

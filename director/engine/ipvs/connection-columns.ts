import type { Address, Family } from '../address.ts';

/** Words of an entry's addresses, and where each of the three begins; an IPv4 address is in the last of its four. */
export const ADDRESS_WORDS = 12;
export const CLIENT = 0;
export const VIRTUAL = 4;
export const SERVER = 8;

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
 * The fields of all entries, a column of a typed array each, an entry being a row number: no object per connection and
 * nothing for the garbage collector. 94 bytes a row.
 */
export class ConnectionColumns {
  protected capacity: number;
  /** `ADDRESS_WORDS` for each entry. Replaced when the table grows: do not keep it. */
  addresses: Uint32Array;
  protected clientPorts: Uint16Array;
  protected virtualPorts: Uint16Array;
  protected serverPorts: Uint16Array;
  /** Family, protocol and whether the row is in use. */
  protected kinds: Uint8Array;
  protected expiries: Float64Array;
  /** Destination ids while in use, next free entry while free. */
  protected owners: Int32Array;
  protected states: Uint8Array;
  protected flagWords: Uint16Array;
  private marks: Uint32Array;
  private timeouts: Uint32Array;
  private templates: Int32Array;
  private controls: Uint32Array;
  private packetCounts: Uint32Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.addresses = new Uint32Array(capacity * ADDRESS_WORDS);
    this.clientPorts = new Uint16Array(capacity);
    this.virtualPorts = new Uint16Array(capacity);
    this.serverPorts = new Uint16Array(capacity);
    this.kinds = new Uint8Array(capacity);
    this.expiries = new Float64Array(capacity);
    this.owners = new Int32Array(capacity);
    this.states = new Uint8Array(capacity);
    this.flagWords = new Uint16Array(capacity);
    this.marks = new Uint32Array(capacity);
    this.timeouts = new Uint32Array(capacity);
    this.templates = new Int32Array(capacity);
    this.controls = new Uint32Array(capacity);
    this.packetCounts = new Uint32Array(capacity);
  }

  protected growColumns(capacity: number): void {
    this.capacity = capacity;
    this.addresses = copyInto(new Uint32Array(capacity * ADDRESS_WORDS), this.addresses);
    this.clientPorts = copyInto(new Uint16Array(capacity), this.clientPorts);
    this.virtualPorts = copyInto(new Uint16Array(capacity), this.virtualPorts);
    this.serverPorts = copyInto(new Uint16Array(capacity), this.serverPorts);
    this.kinds = copyInto(new Uint8Array(capacity), this.kinds);
    this.expiries = copyInto(new Float64Array(capacity), this.expiries);
    this.owners = copyInto(new Int32Array(capacity), this.owners);
    this.states = copyInto(new Uint8Array(capacity), this.states);
    this.flagWords = copyInto(new Uint16Array(capacity), this.flagWords);
    this.marks = copyInto(new Uint32Array(capacity), this.marks);
    this.timeouts = copyInto(new Uint32Array(capacity), this.timeouts);
    this.templates = copyInto(new Int32Array(capacity), this.templates);
    this.controls = copyInto(new Uint32Array(capacity), this.controls);
    this.packetCounts = copyInto(new Uint32Array(capacity), this.packetCounts);
  }

  protected fill(entry: number, key: ConnectionKey, destination: number, expiresAt: number): void {
    const base = entry * ADDRESS_WORDS;
    for (let word = 0; word < ADDRESS_WORDS; word++) this.addresses[base + word] = key.addresses[word] ?? 0;
    this.clientPorts[entry] = key.clientPort;
    this.virtualPorts[entry] = key.virtualPort;
    this.serverPorts[entry] = key.serverPort;
    this.kinds[entry] = kindOf(key.family, key.protocol);
    this.expiries[entry] = expiresAt;
    this.owners[entry] = destination;
    this.states[entry] = 0;
    this.marks[entry] = key.mark;
    this.timeouts[entry] = 0;
    this.templates[entry] = -1;
    this.controls[entry] = 0;
    this.packetCounts[entry] = 0;
  }

  isInUse(entry: number): boolean {
    return (this.kinds[entry] ?? 0) !== 0;
  }

  family(entry: number): Family {
    return ((this.kinds[entry] ?? 0) & IPV6) === 0 ? 4 : 6;
  }

  /** IP protocol number; 0 in the template of a firewall mark, and of a row that is free. */
  protocol(entry: number): number {
    return (this.kinds[entry] ?? 0) & PROTOCOL;
  }

  /** Where the words of an entry begin in `addresses`; add CLIENT, VIRTUAL or SERVER. */
  wordsAt(entry: number): number {
    return entry * ADDRESS_WORDS;
  }

  /** A copy, for listings. `which` is CLIENT, VIRTUAL or SERVER. */
  address(entry: number, which: number): Address {
    const at = entry * ADDRESS_WORDS + which;
    return { family: this.family(entry), words: this.addresses.slice(at, at + 4) };
  }

  clientPort(entry: number): number {
    return this.clientPorts[entry] ?? 0;
  }

  virtualPort(entry: number): number {
    return this.virtualPorts[entry] ?? 0;
  }

  serverPort(entry: number): number {
    return this.serverPorts[entry] ?? 0;
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
    return this.states[entry] ?? 0;
  }

  flags(entry: number): number {
    return this.flagWords[entry] ?? 0;
  }

  setFlags(entry: number, flags: number): void {
    this.flagWords[entry] = flags;
  }

  /** Firewall mark of the packet that began it. */
  mark(entry: number): number {
    return this.marks[entry] ?? 0;
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

function copyInto<Values extends { set(source: Values): void }>(target: Values, source: Values): Values {
  target.set(source);
  return target;
}

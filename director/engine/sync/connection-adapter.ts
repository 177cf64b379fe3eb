import type { ConnectionLife } from '../ipvs/connection-life.ts';
import type { ConnectionTable } from '../ipvs/connection-table.ts';
import type { Flow } from '../ipvs/flow.ts';
import type { Address } from '../address.ts';
import { ADDRESS_WORDS, CLIENT, SERVER } from '../ipvs/connection-columns.ts';
import { FLAG_FORWARDING_MASK, FLAG_INACTIVE, FLAG_TEMPLATE, FORWARD_MASQUERADE } from '../ipvs/connection-flags.ts';
import type { Destination } from '../ipvs/service.ts';
import type { ServiceTable } from '../ipvs/service-table.ts';
import type { SequenceShifts, SyncConnection } from './connection.ts';
import type { SyncTable } from './synchronizer.ts';

const PROTOCOL_TCP = 6;
/** Timeouts are 32-bit milliseconds in the table. */
const LONGEST_TIMEOUT_MS = 0xffff_ffff;

/** By how much the FTP helper has shifted the sequence numbers of an entry. */
export interface SequenceStore {
  get(entry: number): SequenceShifts | undefined;
  set(entry: number, shifts: SequenceShifts): void;
}

/** The connection table as synchronisation reads and writes it. */
export class ConnectionAdapter implements SyncTable {
  private readonly connections: ConnectionTable;
  private readonly services: ServiceTable;
  private readonly life: ConnectionLife;
  private readonly sequences: SequenceStore | undefined;
  private readonly flow = new ConnectionFlow();
  private clients: LearnedClient[] = [];

  constructor(connections: ConnectionTable, services: ServiceTable, life: ConnectionLife, sequences?: SequenceStore) {
    this.connections = connections;
    this.services = services;
    this.life = life;
    this.sequences = sequences;
  }

  get rows(): number {
    return this.connections.rows;
  }

  isUsed(entry: number): boolean {
    return this.connections.isInUse(entry);
  }

  protocol(entry: number): number {
    return this.connections.protocol(entry);
  }

  state(entry: number): number {
    return this.connections.state(entry);
  }

  flags(entry: number): number {
    return this.connections.flags(entry);
  }

  timeout(entry: number): number {
    return this.connections.timeout(entry);
  }

  controller(entry: number): number {
    return this.connections.template(entry);
  }

  packets(entry: number): number {
    return this.connections.packets(entry);
  }

  setPackets(entry: number, packets: number): void {
    this.connections.setPackets(entry, packets);
  }

  read(entry: number, into: SyncConnection): void {
    const { connections } = this;
    into.family = connections.family(entry);
    into.protocol = connections.protocol(entry);
    into.flags = connections.flags(entry);
    into.state = connections.state(entry);
    into.clientPort = connections.clientPort(entry);
    into.virtualPort = connections.virtualPort(entry);
    into.serverPort = connections.serverPort(entry);
    into.mark = connections.mark(entry);
    into.timeoutSeconds = Math.floor(connections.timeout(entry) / 1000);
    const at = connections.wordsAt(entry);
    for (let word = 0; word < ADDRESS_WORDS; word++) into.addresses[word] = connections.addresses[at + word] ?? 0;
    into.sequences = this.sequences?.get(entry);
    into.engine = undefined;
  }

  find(connection: SyncConnection): number {
    if (connection.isTemplate) return this.connections.findTemplate(connection);
    return this.connections.findIncoming(this.flow.of(connection));
  }

  hasServer(entry: number, { serverPort, addresses }: SyncConnection): boolean {
    const { connections } = this;
    if (connections.serverPort(entry) !== serverPort) return false;
    const at = connections.wordsAt(entry) + SERVER;
    for (let word = 0; word < 4; word++)
      if (connections.addresses[at + word] !== addresses[SERVER + word]) return false;
    return true;
  }

  end(entry: number): void {
    this.life.end(entry);
  }

  create(connection: SyncConnection, now: number): number {
    return this.life.create(connection, connection.flags, this.findDestination(connection), now);
  }

  /** ip_vs_find_dest: with a mark, methods that keep the port are asked for without one first. */
  private findDestination(connection: SyncConnection): Destination | undefined {
    const { serverPort, mark, flags } = connection;
    const service = this.services.find(this.flow.of(connection));
    const keepsPort = mark !== 0 && (flags & FLAG_FORWARDING_MASK) !== FORWARD_MASQUERADE;
    const words = connection.addresses.slice(SERVER, SERVER + 4);
    const address = { family: connection.family, words };
    const first = keepsPort ? 0 : serverPort;
    return service?.find(address, first) ?? service?.find(address, first ^ serverPort);
  }

  setFlags(entry: number, flags: number): void {
    const before = this.connections.flags(entry);
    this.connections.setFlags(entry, flags);
    const hasMoved = ((before ^ flags) & FLAG_INACTIVE) !== 0 && (flags & FLAG_TEMPLATE) === 0;
    const destination = this.services.destination(this.connections.destination(entry));
    if (!hasMoved || destination === undefined) return;
    const change = (flags & FLAG_INACTIVE) === 0 ? 1 : -1;
    destination.activeConnections += change;
    destination.inactiveConnections -= change;
  }

  bind(entry: number, connection: SyncConnection): void {
    if (this.connections.destination(entry) !== -1) return;
    const destination = this.findDestination(connection);
    if (destination !== undefined) this.life.bind(entry, destination);
  }

  setSequences(entry: number, sequences: SequenceShifts): void {
    this.sequences?.set(entry, sequences);
  }

  setState(entry: number, state: number): void {
    this.connections.setState(entry, state);
  }

  learned(entry: number): void {
    const { connections } = this;
    const flags = connections.flags(entry);
    if ((flags & FLAG_TEMPLATE) !== 0 || (flags & FLAG_FORWARDING_MASK) !== FORWARD_MASQUERADE) return;
    const address = connections.address(entry, CLIENT);
    this.clients.push({ protocol: connections.protocol(entry), address, port: connections.clientPort(entry) });
  }

  /**
   * The clients of the masqueraded connections that messages told of since the last call: their servers' answers belong to
   * the table before any packet of theirs was seen here.
   */
  takeLearned(): readonly LearnedClient[] {
    const { clients } = this;
    this.clients = [];
    return clients;
  }

  stateTimeout(protocol: number, state: number): number {
    const { timeouts } = this.services;
    return protocol === PROTOCOL_TCP ? (timeouts.tcp[state] ?? 0) : timeouts.udp;
  }

  setTimeout(entry: number, timeoutMs: number, now: number): void {
    const timeout = Math.min(timeoutMs, LONGEST_TIMEOUT_MS);
    this.connections.setTimeout(entry, timeout);
    this.connections.setExpiry(entry, now + timeout);
  }
}

/** The client's end of a connection. */
export interface LearnedClient {
  readonly protocol: number;
  readonly address: Address;
  readonly port: number;
}

/** A connection of a message as the packet that would have begun it. */
class ConnectionFlow implements Flow {
  family: Flow['family'] = 4;
  protocol = 0;
  addresses = new Uint32Array(ADDRESS_WORDS);
  sourcePort = 0;
  destinationPort = 0;
  mark = 0;

  of({ family, protocol, addresses, clientPort, virtualPort, mark }: SyncConnection): this {
    this.family = family;
    this.protocol = protocol;
    // Client and virtual address are where a packet has source and destination.
    this.addresses = addresses;
    this.sourcePort = clientPort;
    this.destinationPort = virtualPort;
    this.mark = mark;
    return this;
  }
}

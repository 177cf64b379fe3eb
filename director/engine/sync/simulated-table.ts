import { SYNC_FLAG, SyncConnection } from './connection.ts';
import type { SequenceShifts } from './connection.ts';
import type { SyncTable } from './synchronizer.ts';

interface Row {
  connection: SyncConnection;
  timeoutMs: number;
  controller: number;
  isBound: boolean;
  packets: number;
}

/** A connection table for tests: rows that are found by a scan, and one server that entries may be bound to. */
export class SimulatedTable implements SyncTable {
  readonly entries: (Row | undefined)[] = [];
  /** Whether the director knows the server of every entry. */
  hasServers = true;
  active = 0;
  inactive = 0;

  get rows(): number {
    return this.entries.length;
  }

  add(fields: Partial<SyncConnection>, timeoutMs = 900_000, controller = -1): number {
    const connection = Object.assign(new SyncConnection(), { protocol: 6, clientPort: 1000 + this.rows }, fields);
    connection.addresses.set([0, 0, 0, 0x0a000002, 0, 0, 0, 0x0a000064, 0, 0, 0, 0xac100102]);
    return this.entries.push({ connection, timeoutMs, controller, isBound: true, packets: 0 }) - 1;
  }

  row(entry: number): Row {
    const row = this.entries[entry];
    if (row === undefined) throw new Error(`No entry ${String(entry)}`);
    return row;
  }

  isUsed(entry: number): boolean {
    return this.entries[entry] !== undefined;
  }

  protocol(entry: number): number {
    return this.row(entry).connection.protocol;
  }

  state(entry: number): number {
    return this.row(entry).connection.state;
  }

  flags(entry: number): number {
    return this.row(entry).connection.flags;
  }

  read(entry: number, into: SyncConnection): void {
    const { connection, timeoutMs } = this.row(entry);
    copy(connection, into);
    into.timeoutSeconds = timeoutMs / 1000;
  }

  timeout(entry: number): number {
    return this.row(entry).timeoutMs;
  }

  controller(entry: number): number {
    return this.row(entry).controller;
  }

  packets(entry: number): number {
    return this.row(entry).packets;
  }

  setPackets(entry: number, packets: number): void {
    this.row(entry).packets = packets;
  }

  find(wanted: SyncConnection): number {
    return this.entries.findIndex(
      (row) =>
        row !== undefined &&
        row.connection.isTemplate === wanted.isTemplate &&
        row.connection.protocol === wanted.protocol &&
        row.connection.clientPort === wanted.clientPort &&
        row.connection.virtualPort === wanted.virtualPort &&
        row.connection.addresses.subarray(0, 8).every((word, index) => word === wanted.addresses[index]),
    );
  }

  hasServer(entry: number, { serverPort, addresses }: SyncConnection): boolean {
    const { connection } = this.row(entry);
    return connection.serverPort === serverPort && connection.addresses[11] === addresses[11];
  }

  end(entry: number): void {
    const { connection } = this.row(entry);
    if (!connection.isTemplate) this.counted(connection.flags, -1);
    this.entries[entry] = undefined;
  }

  create(connection: SyncConnection): number {
    const copied = new SyncConnection();
    copy(connection, copied);
    copied.state = 0;
    if (!copied.isTemplate) this.counted(copied.flags, 1);
    return (
      this.entries.push({ connection: copied, timeoutMs: 0, controller: -1, isBound: this.hasServers, packets: 0 }) - 1
    );
  }

  setFlags(entry: number, flags: number): void {
    const { connection } = this.row(entry);
    if (!connection.isTemplate) {
      this.counted(connection.flags, -1);
      this.counted(flags, 1);
    }
    connection.flags = flags;
  }

  private counted(flags: number, change: number): void {
    if ((flags & SYNC_FLAG.inactive) === 0) this.active += change;
    else this.inactive += change;
  }

  bind(entry: number): void {
    this.row(entry).isBound ||= this.hasServers;
  }

  setSequences(entry: number, sequences: SequenceShifts): void {
    this.row(entry).connection.sequences = sequences;
  }

  setState(entry: number, state: number): void {
    this.row(entry).connection.state = state;
  }

  stateTimeout(protocol: number, state: number): number {
    return protocol === 6 && state === 1 ? 900_000 : 300_000;
  }

  learned(): void {
    // Nothing here has to know.
  }

  setTimeout(entry: number, timeoutMs: number): void {
    this.row(entry).timeoutMs = timeoutMs;
  }
}

function copy(from: SyncConnection, to: SyncConnection): void {
  Object.assign(to, { ...structuredFields(from) });
  to.addresses.set(from.addresses);
}

function structuredFields({ addresses: _, ...fields }: SyncConnection): Partial<SyncConnection> {
  return fields;
}

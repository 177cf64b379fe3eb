import { BACKUP_UPDATE_FLAGS, SYNC_FLAG } from './connection.ts';
import type { SequenceShifts, SyncConnection } from './connection.ts';
import type { SyncMemory } from './sync-memory.ts';

/** What a backup does to the connection table. */
export interface SyncTarget {
  /** The entry, or for a template the template, of client, virtual address and ports; -1 when there is none. */
  find(connection: SyncConnection): number;
  /** Address and port of its server are those of `connection`. */
  hasServer(entry: number, connection: SyncConnection): boolean;
  /** Lets it go as if its time were over. */
  end(entry: number, now: number): void;
  /**
   * A new entry with the flags, state 0 and the server that the table has for (mark or virtual address and port, protocol) and
   * the server's address and port (ip_vs_find_dest); without one it stays unbound, but is an entry. Counts it with its server.
   * The forwarding method and NOOUTPUT are the server's where there is one. -1 when the table is full.
   */
  create(connection: SyncConnection, now: number): number;
  flags(entry: number): number;
  setPackets(entry: number, packets: number): void;
  /** Moves the entry between the two counts of its server where INACTIVE changes, unless it is a template. */
  setFlags(entry: number, flags: number): void;
  /** Looks for its server again if it has none (ip_vs_try_bind_dest). */
  bind(entry: number, connection: SyncConnection): void;
  setSequences(entry: number, sequences: SequenceShifts): void;
  /** The state alone: counts follow the flags. */
  setState(entry: number, state: number): void;
  /** The protocol's timeout of a state, in milliseconds. */
  stateTimeout(protocol: number, state: number): number;
  /** From now on, in milliseconds, and as the entry's own until its state changes. */
  setTimeout(entry: number, timeoutMs: number, now: number): void;
  /** The entry is as the message says. */
  learned(entry: number): void;
}

/** Of templates of version 0, which does not say. */
const TEMPLATE_TIMEOUT_MS = 180_000;
/** MAX_SCHEDULE_TIMEOUT of a 64-bit kernel is beyond every 32-bit number of seconds; a double holds it in milliseconds. */
const LONGEST_TIMEOUT_SECONDS = 0xffff_ffff;

/** Takes connections of a message into the table (ip_vs_proc_conn). */
export class SyncBackup {
  private readonly target: SyncTarget;
  private readonly memory: SyncMemory;

  constructor(target: SyncTarget, memory: SyncMemory) {
    this.target = target;
    this.memory = memory;
  }

  /** `threshold` is the first number of `sync_threshold`: the entry's packets count from there. */
  take(connection: SyncConnection, threshold: number, now: number): void {
    const entry = this.findOrCreate(connection, now);
    if (entry === -1) return;
    const { target, memory } = this;
    if (connection.sequences !== undefined) target.setSequences(entry, connection.sequences);
    target.setState(entry, connection.state);
    const timeoutMs = this.timeout(connection);
    target.setTimeout(entry, timeoutMs, now);
    target.setPackets(entry, threshold);
    memory.setAnnouncedState(entry, connection.state);
    memory.setAnnouncedEnd(entry, now + timeoutMs, 0);
    target.learned(entry);
  }

  /** -1: nothing to be done. */
  private findOrCreate(connection: SyncConnection, now: number): number {
    const { target } = this;
    const entry = target.find(connection);
    if (entry === -1) return target.create(connection, now);
    if (!connection.isTemplate && !target.hasServer(entry, connection)) {
      // The end of a connection that another has replaced already.
      if ((connection.flags & SYNC_FLAG.inactive) !== 0) return -1;
      target.end(entry, now);
      return target.create(connection, now);
    }
    const kept = target.flags(entry) & ~BACKUP_UPDATE_FLAGS;
    target.setFlags(entry, kept | (connection.flags & BACKUP_UPDATE_FLAGS));
    target.bind(entry, connection);
    return entry;
  }

  private timeout({ timeoutSeconds, isTemplate, protocol, state }: SyncConnection): number {
    if (timeoutSeconds > 0) return Math.min(timeoutSeconds, LONGEST_TIMEOUT_SECONDS) * 1000;
    return isTemplate ? TEMPLATE_TIMEOUT_MS : this.target.stateTimeout(protocol, state);
  }
}

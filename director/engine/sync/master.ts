import { isAnnouncementDue, isSent, remember } from './announcement.ts';
import type { Announced } from './announcement.ts';
import { SYNC_FLAG, SyncConnection } from './connection.ts';
import { MessageWriter } from './message-writer.ts';
import type { ConnectionObserver } from './observer.ts';
import { flushDelayMs } from './settings.ts';
import type { SyncSettings } from './settings.ts';
import type { SyncMemory } from './sync-memory.ts';

/** Rows looked at before packets have their turn again. */
const RESEND_ROWS = 512;

/** What the master reads of the connection table. */
export interface SyncSource {
  /** Rows that may be in use: 0 to one below this. */
  readonly rows: number;
  isUsed(entry: number): boolean;
  protocol(entry: number): number;
  state(entry: number): number;
  /** As on the wire, TEMPLATE and ONE_PACKET among them. */
  flags(entry: number): number;
  /** Fills in everything. */
  read(entry: number, into: SyncConnection): void;
  /** Milliseconds. */
  timeout(entry: number): number;
  /** The entry that controls it, or -1. */
  controller(entry: number): number;
  /** Packets from the client; of a template, how often its connections were offered (in_pkts). */
  packets(entry: number): number;
  setPackets(entry: number, packets: number): void;
}

/** A message for the socket of one port; false when the socket takes nothing now. */
export type SendMessage = (message: Uint8Array, port: number) => boolean;

/** The master's side: which entries are sent when, gathered in messages (ip_vs_sync_conn, sync_thread_master). */
export class SyncMaster implements Omit<ConnectionObserver, 'packetsIn'> {
  settings: SyncSettings;
  /** Messages that found no room in the queue. */
  lost = 0;
  private readonly source: SyncSource;
  private readonly memory: SyncMemory;
  private readonly syncId: number;
  private readonly maximum: number;
  private readonly portMask: number;
  private readonly connection = new SyncConnection();
  /** Reused for every packet. */
  private readonly announced: Announced = {
    entry: -1,
    protocol: 0,
    state: 0,
    timeoutMs: 0,
    isTemplate: false,
    isPersistent: false,
  };
  /** One for each port. */
  private readonly gathering: (Gathering | undefined)[] = [];
  private readonly queue: { readonly message: Uint8Array; readonly port: number }[] = [];
  /** Next row of the resending, -1 when there is none. */
  private resendRow = -1;

  constructor(
    source: SyncSource,
    memory: SyncMemory,
    settings: SyncSettings,
    { syncId, maximum }: { readonly syncId: number; readonly maximum: number },
  ) {
    this.source = source;
    this.memory = memory;
    this.settings = settings;
    this.syncId = syncId;
    this.maximum = maximum;
    this.portMask = settings.ports - 1;
  }

  packetIn(entry: number, now: number): void {
    this.offer(entry, this.source.packets(entry), now);
  }

  prolonged(entry: number, now: number): void {
    this.offer(entry, this.settings.threshold, now);
  }

  ended(entry: number): void {
    this.memory.forget(entry);
  }

  /** Announces the entry if it is due, then the one that controls it, and so on. Called for every packet. */
  private offer(entry: number, packets: number, now: number): void {
    const { connection, source, settings } = this;
    let count = packets;
    for (let current = entry; ;) {
      if (this.mayBeSent(current) && isAnnouncementDue(this.announced, count, this.memory, settings, now)) {
        source.read(current, connection);
        this.gather(current, now);
      }
      current = source.controller(current);
      if (current === -1) return;
      const isTemplate = (source.flags(current) & SYNC_FLAG.template) !== 0;
      count = isTemplate ? source.packets(current) + 1 : settings.threshold;
      if (isTemplate) source.setPackets(current, count);
    }
  }

  /** Fills in `announced`; one-packet entries are never sent. */
  private mayBeSent(entry: number): boolean {
    const { source, announced, settings } = this;
    const flags = source.flags(entry);
    announced.entry = entry;
    announced.protocol = source.protocol(entry);
    announced.state = source.state(entry);
    announced.timeoutMs = source.timeout(entry);
    announced.isTemplate = (flags & SYNC_FLAG.template) !== 0;
    announced.isPersistent = settings.isPersistMode && this.hasTemplate(entry);
    return (flags & SYNC_FLAG.onePacket) === 0;
  }

  private hasTemplate(entry: number): boolean {
    const { source } = this;
    for (let at = source.controller(entry); at !== -1; at = source.controller(at))
      if ((source.flags(at) & SYNC_FLAG.template) !== 0) return true;
    return false;
  }

  /** Puts `connection` into the message of its port. */
  private gather(entry: number, now: number): void {
    const { connection, settings } = this;
    const isTooNew = settings.version === 0 && connection.family === 6;
    if (isTooNew) return;
    const port = entry & this.portMask;
    let gathering = this.gathering[port];
    if (gathering !== undefined && gathering.writer.version === settings.version && gathering.writer.add(connection))
      return;
    if (gathering !== undefined) this.enqueue(gathering.writer.finish(), port);
    gathering = { writer: new MessageWriter(this.syncId, this.maximum, settings.version), since: now };
    gathering.writer.add(connection);
    this.gathering[port] = gathering;
  }

  private enqueue(message: Uint8Array, port: number): void {
    if (this.queue.length >= this.settings.longestQueue) this.lost += 1;
    else this.queue.push({ message, port });
  }

  /** Announces everything once more, whatever was announced before: a standby has come that knows nothing. */
  resendAll(): void {
    this.resendRow = 0;
  }

  get isResending(): boolean {
    return this.resendRow !== -1;
  }

  /** When `run` has something to do without any packet; Infinity when it has not. */
  get deadline(): number {
    if (this.queue.length > 0 || this.isResending) return 0;
    const delay = flushDelayMs(this.settings);
    return this.gathering.reduce((soonest, one) => Math.min(soonest, one ? one.since + delay : Infinity), Infinity);
  }

  /** Sends what is ready. */
  run(now: number, send: SendMessage): void {
    if (this.isResending && this.queue.length === 0) this.resendSome(now);
    const delay = flushDelayMs(this.settings);
    for (const [port, one] of this.gathering.entries()) {
      if (one === undefined || now - one.since < delay) continue;
      this.enqueue(one.writer.finish(), port);
      this.gathering[port] = undefined;
    }
    let sent = 0;
    for (const { message, port } of this.queue) {
      if (!send(message, port)) break;
      sent += 1;
    }
    if (sent > 0) this.queue.splice(0, sent);
  }

  private resendSome(now: number): void {
    const { source, connection, settings, memory } = this;
    const end = Math.min(this.resendRow + RESEND_ROWS, source.rows);
    for (let entry = this.resendRow; entry < end; entry++) {
      if (!source.isUsed(entry) || !this.mayBeSent(entry) || !isSent(this.announced, settings)) continue;
      remember(this.announced, memory, now);
      source.read(entry, connection);
      this.gather(entry, now);
    }
    this.resendRow = end === source.rows ? -1 : end;
  }
}

interface Gathering {
  readonly writer: MessageWriter;
  readonly since: number;
}

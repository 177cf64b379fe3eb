import type { SyncDaemon } from '../../api/table.ts';
import { SyncBackup } from './backup.ts';
import type { SyncTarget } from './backup.ts';
import { SyncMaster } from './master.ts';
import type { SendMessage, SyncSource } from './master.ts';
import { MessageReader } from './message-reader.ts';
import type { ConnectionProblem, MessageProblem } from './message-reader.ts';
import type { ConnectionObserver } from './observer.ts';
import { requestMessage, ResyncAnswers, ResyncRequests } from './resync.ts';
import type { SyncSettings } from './settings.ts';
import { SyncMemory } from './sync-memory.ts';

export type SyncRole = SyncDaemon['role'];
/** The connection table as synchronisation sees it. */
export type SyncTable = SyncSource & SyncTarget;

interface RunningMaster {
  readonly daemon: SyncDaemon;
  readonly master: SyncMaster;
  readonly reader: MessageReader;
  readonly answers: ResyncAnswers;
}

interface RunningBackup {
  readonly daemon: SyncDaemon;
  readonly reader: MessageReader;
  readonly requests: ResyncRequests;
}

/** Both daemons of a director, without their sockets. Either may run, or both. */
export class Synchronizer implements ConnectionObserver {
  /** What was wrong with messages, and how often. */
  readonly problems = new Map<MessageProblem | ConnectionProblem | 'queue-full', number>();
  /** Connections taken over from messages. */
  received = 0;
  private readonly table: SyncTable;
  /** Kept while the roles change: a backup that becomes master goes on counting where its master was. */
  private readonly memory = new SyncMemory();
  private readonly backup: SyncBackup;
  private settings: SyncSettings;
  private sending: RunningMaster | undefined;
  private listening: RunningBackup | undefined;

  constructor(table: SyncTable, settings: SyncSettings) {
    this.table = table;
    this.settings = settings;
    this.backup = new SyncBackup(table, this.memory);
  }

  get daemons(): readonly SyncDaemon[] {
    return [this.sending?.daemon, this.listening?.daemon].filter((daemon) => daemon !== undefined);
  }

  isRunning(role: SyncRole): boolean {
    return (role === 'master' ? this.sending : this.listening) !== undefined;
  }

  /** `daemon.maximumLength` is the effective one. */
  start(daemon: SyncDaemon, now: number): void {
    const { table, memory, settings } = this;
    const reader = new MessageReader(daemon.syncId);
    if (daemon.role === 'backup') {
      this.listening = { daemon, reader, requests: new ResyncRequests(now) };
      return;
    }
    const { syncId, maximumLength: maximum } = daemon;
    const master = new SyncMaster(table, memory, settings, { syncId, maximum });
    this.sending = { daemon, master, reader, answers: new ResyncAnswers() };
    // A backup that knows the entries before this master has just been made one need not hear them, but one that does not must.
    if (settings.isPrompt) master.resendAll();
  }

  stop(role: SyncRole): void {
    if (role === 'master') this.sending = undefined;
    else this.listening = undefined;
  }

  setSettings(settings: SyncSettings): void {
    this.settings = settings;
    if (this.sending !== undefined) this.sending.master.settings = settings;
  }

  packetIn(entry: number, now: number): void {
    this.table.setPackets(entry, this.table.packets(entry) + 1);
    this.sending?.master.packetIn(entry, now);
  }

  /** Where the count passes the threshold on its way, that is when the entry is offered. */
  packetsIn(entry: number, packets: number, now: number): void {
    const before = this.table.packets(entry);
    const { threshold, period } = this.settings;
    const after = before + packets;
    const last = period > 0 ? after - ((((after - threshold) % period) + period) % period) : threshold;
    this.table.setPackets(entry, last > before && last < after ? last : after);
    this.sending?.master.packetIn(entry, now);
    this.table.setPackets(entry, after);
  }

  prolonged(entry: number, now: number): void {
    this.sending?.master.prolonged(entry, now);
  }

  ended(entry: number): void {
    this.memory.forget(entry);
  }

  /** A datagram that came to a daemon's socket. */
  receive(role: SyncRole, datagram: Uint8Array, now: number): void {
    if (role === 'master') this.hearRequest(datagram, now);
    else this.hearConnections(datagram, now);
  }

  private hearRequest(datagram: Uint8Array, now: number): void {
    if (this.sending === undefined || !this.settings.isPrompt || !isEmpty(datagram)) return;
    const { daemon, master, answers } = this.sending;
    const asked = datagram[1];
    if (asked !== 0 && asked !== daemon.syncId && daemon.syncId !== 0) return;
    if (!master.isResending && answers.accept(now)) master.resendAll();
  }

  private hearConnections(datagram: Uint8Array, now: number): void {
    if (this.listening === undefined) return;
    const { daemon, reader, requests } = this.listening;
    const { threshold } = this.settings;
    const heard = datagram.subarray(0, daemon.maximumLength);
    const result = reader.read(heard, (connection) => this.backup.take(connection, threshold, now));
    this.received += result.visited;
    if (result.visited > 0) requests.answered();
    if (result.problem !== undefined) this.note(result.problem);
    for (const problem of result.skipped) this.note(problem);
  }

  /** Sends what is due, each role to its own group. */
  run(now: number, send: (role: SyncRole, ...message: Parameters<SendMessage>) => boolean): void {
    if (this.sending !== undefined) {
      const { master } = this.sending;
      master.run(now, (message, port) => send('master', message, port));
      if (master.lost > 0) this.note('queue-full', master.lost);
      master.lost = 0;
    }
    if (this.listening === undefined || !this.settings.isPrompt) return;
    const { daemon, requests } = this.listening;
    if (requests.isDue(now)) send('backup', requestMessage(daemon.syncId), 0);
  }

  /** When `run` is to be called again if nothing else happens. */
  get deadline(): number {
    const request = this.settings.isPrompt ? this.listening?.requests.deadline : undefined;
    return Math.min(this.sending?.master.deadline ?? Infinity, request ?? Infinity);
  }

  private note(problem: MessageProblem | ConnectionProblem | 'queue-full', count = 1): void {
    this.problems.set(problem, (this.problems.get(problem) ?? 0) + count);
  }
}

/** A request for everything: version 1, no connections. */
function isEmpty(datagram: Uint8Array): boolean {
  const request = requestMessage(datagram[1] ?? 0);
  return datagram.length === request.length && datagram.every((byte, index) => byte === request[index]);
}

import type { SyncDaemon, TableResult } from '../../api/table.ts';
import { effectiveLength, groupProblem } from '../../engine/sync/daemon.ts';
import type { ConnectionObserver } from '../../engine/sync/observer.ts';
import type { SyncSettings } from '../../engine/sync/settings.ts';
import { Synchronizer } from '../../engine/sync/synchronizer.ts';
import type { SyncRole, SyncTable } from '../../engine/sync/synchronizer.ts';
import { errorMessage } from '../errors.ts';
import * as libc from '../libc.ts';
import type { Log } from '../log.ts';
import { describeGroup, groupAddress, GroupReceiver, GroupSender, interfaceMtu } from './group-socket.ts';
import type { GroupOptions } from './group-socket.ts';

const LARGEST_DATAGRAM = 65_536;
/** Datagrams taken from one socket before packets have their turn. */
const DATAGRAMS_A_TURN = 16;
const REPORT_PERIOD_MS = 10_000;
/** A master that tells all its entries at once must not outrun the backup; the kernel takes memory only as it is needed. */
const RECEIVE_BUFFER = 8 << 20;

interface Channel {
  readonly role: SyncRole;
  readonly where: string;
  readonly sender: GroupSender;
  readonly receivers: readonly GroupReceiver[];
}

/**
 * The sync daemons with their sockets. They live in the packet thread, which has the connection table: it polls `descriptors`,
 * calls `receive` when one is readable, and `run` from `deadline` on.
 */
export class SyncDaemons {
  private readonly log: Log;
  private readonly synchronizer: Synchronizer;
  private settings: SyncSettings;
  private readonly channels = new Map<SyncRole, Channel>();
  private readonly buffer = new Uint8Array(LARGEST_DATAGRAM);
  private hasStarted = false;
  private nextReport = 0;
  private failures = new Map<string, number>();

  constructor(table: SyncTable, settings: SyncSettings, log: Log) {
    this.log = log;
    this.settings = settings;
    this.synchronizer = new Synchronizer(table, settings);
  }

  /** To be told about packets; undefined until a daemon was started for the first time. */
  get observer(): ConnectionObserver | undefined {
    return this.hasStarted ? this.synchronizer : undefined;
  }

  /** Connections that were told, since the start. */
  get received(): number {
    return this.synchronizer.received;
  }

  /** With their effective lengths. */
  get daemons(): SyncDaemon[] {
    return [...this.synchronizer.daemons];
  }

  setSettings(settings: SyncSettings): void {
    this.settings = settings;
    this.synchronizer.setSettings(settings);
  }

  /** EEXIST: there is one of this role; ENODEV: no such interface; EINVAL: no such group, or the network refuses. */
  start(daemon: SyncDaemon, now: number): TableResult {
    if (this.synchronizer.isRunning(daemon.role))
      return refusal('EEXIST', `A ${daemon.role} sync daemon has already run`);
    const problem = groupProblem(daemon.group);
    if (problem !== undefined) return refusal('EINVAL', problem);
    let maximumLength: number;
    try {
      maximumLength = effectiveLength(daemon, interfaceMtu(daemon.interface));
      this.channels.set(daemon.role, this.open(daemon));
    } catch (error) {
      const code = error instanceof libc.SystemError && error.code === 'ENODEV' ? 'ENODEV' : 'EINVAL';
      const why = code === 'ENODEV' ? `there is no interface ${daemon.interface}` : errorMessage(error);
      return refusal(code, `The ${daemon.role} sync daemon cannot start: ${why}`);
    }
    this.hasStarted = true;
    this.synchronizer.start({ ...daemon, maximumLength }, now);
    return { ok: true };
  }

  /** ESRCH: none of this role runs. */
  stop(role: SyncRole): TableResult {
    if (!this.synchronizer.isRunning(role)) return refusal('ESRCH', `No ${role} sync daemon is running`);
    this.synchronizer.stop(role);
    this.closeChannel(role);
    return { ok: true };
  }

  private open(daemon: SyncDaemon): Channel {
    const options: GroupOptions = {
      interface: daemon.interface,
      group: groupAddress(daemon.group),
      port: daemon.port,
      ttl: daemon.ttl,
      bufferSize: this.settings.socketSize,
    };
    const sender = new GroupSender(options);
    const receivers: GroupReceiver[] = [];
    try {
      for (let offset = 0; offset < this.receiverCount(daemon.role); offset++)
        receivers.push(
          new GroupReceiver({
            ...options,
            port: options.port + offset,
            bufferSize: options.bufferSize || RECEIVE_BUFFER,
          }),
        );
    } catch (error) {
      for (const socket of [sender, ...receivers]) socket.close();
      throw error;
    }
    return { role: daemon.role, where: describeGroup(options), sender, receivers };
  }

  /** A master hears requests only, which come to the first port, and none while it does as the kernel does. */
  private receiverCount(role: SyncRole): number {
    if (role === 'backup') return this.settings.ports;
    return this.settings.isPrompt ? 1 : 0;
  }

  private closeChannel(role: SyncRole): void {
    const channel = this.channels.get(role);
    if (channel === undefined) return;
    for (const socket of [channel.sender, ...channel.receivers]) socket.close();
    this.channels.delete(role);
  }

  /** Changes with every start and stop. */
  descriptors(): number[] {
    return [...this.channels.values()].flatMap(({ receivers }) => receivers.map(({ descriptor }) => descriptor));
  }

  /** Takes what the sockets have, a bounded number of datagrams. */
  receive(now: number): void {
    for (const { role, where, receivers } of this.channels.values())
      for (const receiver of receivers)
        for (let count = 0; count < DATAGRAMS_A_TURN; count++) {
          const size = this.attempt(where, () => receiver.receive(this.buffer), -1);
          if (size === -1) break;
          this.synchronizer.receive(role, this.buffer.subarray(0, size), now);
        }
  }

  /** When `run` is to be called again if nothing else happens; Infinity = never. */
  get deadline(): number {
    return this.synchronizer.deadline;
  }

  /** Sends what is due. */
  run(now: number): void {
    this.synchronizer.run(now, (role, message, offset) => {
      const channel = this.channels.get(role);
      // A message that the network refuses is lost, as every datagram may be.
      return channel === undefined || this.attempt(channel.where, () => channel.sender.send(message, offset), true);
    });
    if (now >= this.nextReport) this.report(now);
  }

  private attempt<Result>(where: string, action: () => Result, failed: Result): Result {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof libc.SystemError)) throw error;
      const what = `${where}: ${error.code}`;
      this.failures.set(what, (this.failures.get(what) ?? 0) + 1);
      return failed;
    }
  }

  private report(now: number): void {
    this.nextReport = now + REPORT_PERIOD_MS;
    for (const [what, count] of this.failures)
      this.log('warn', `Connection synchronisation failed ${String(count)} times, ${what}`);
    this.failures = new Map();
    const { problems } = this.synchronizer;
    for (const [problem, count] of problems)
      if (problem !== 'other-sync-id') this.log('debug', `Sync messages refused: ${String(count)}, ${problem}`);
    problems.clear();
  }

  close(): void {
    for (const role of [...this.channels.keys()]) this.closeChannel(role);
  }
}

function refusal(errno: 'EEXIST' | 'ENODEV' | 'EINVAL' | 'ESRCH', message: string): TableResult {
  return { ok: false, errno, message };
}

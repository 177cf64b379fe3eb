import type { Worker } from 'node:worker_threads';
import type { Explanation, FlowQuestion } from '../../api/explain.ts';
import type { ConnectionSnapshot, TableSnapshot } from '../../api/snapshot.ts';
import type { TableCommand, TableResult } from '../../api/table.ts';
import type { MarkRule } from '../../engine/marks.ts';
import { assertNever } from '../../engine/assert-never.ts';
import type { ForwardingPlane } from '../../engine/ipvs/plane.ts';
import { ServiceTable } from '../../engine/ipvs/service-table.ts';
import { snapshotTable } from '../../engine/ipvs/table-snapshot.ts';
import * as libc from '../libc.ts';
import type { Log } from '../log.ts';
import { startThread } from '../threads.ts';
import type { PlaneAnswer, PlaneNews, PlaneRequest, PlaneThreadData } from './messages.ts';

const EFD_NONBLOCK = 0o4000;
const EFD_CLOEXEC = 0o2000000;

export interface PacketPlaneOptions {
  /**
   * Names of the interfaces on which clients are; they may appear and vanish later. Those by which the servers are reached
   * are found out.
   */
  readonly interfaces: readonly string[];
  readonly log: Log;
  /** Established connections are forwarded by eBPF programs, where the kernel can. */
  readonly isAccelerated: boolean;
  /** The plane has died and forwards nothing any more; `stop` is still to be called, and returns. */
  readonly failed: (error: Error) => void;
}

/** A forwarding plane that can give packets firewall marks and counts what it drops. */
export interface PacketPlane extends ForwardingPlane {
  /** Replaces the rules by which packets get marks. */
  setMarks(rules: readonly MarkRule[]): void;
  /** Packets of virtual services that were dropped, by reason, since the start; as old as `table()`. */
  drops(): Readonly<Record<string, number>>;
  /** How many connections other directors have told since the start, those that were known counted again. */
  learned(): Promise<number>;
}

/** The plane that forwards in TypeScript: packet rings in a thread of its own, nftables rules that keep the kernel out. */
export function createPacketPlane(options: PacketPlaneOptions): PacketPlane {
  return new ThreadedPlane(options);
}

interface Waiting {
  readonly resolve: (answer: PlaneAnswer) => void;
  readonly reject: (error: Error) => void;
}

class ThreadedPlane implements PacketPlane {
  readonly name = 'packet';
  readonly reason = 'it needs nothing but packet sockets and nf_tables';
  private interfaces: readonly string[];
  private readonly isAccelerated: boolean;
  private readonly log: Log;
  private readonly failed: (error: Error) => void;
  private readonly listeners = new Set<() => void>();
  private readonly waiting = new Map<number, Waiting>();
  private requestNumber = 0;
  private wakeDescriptor = -1;
  /** Undefined as soon as it has ended. */
  private thread: Worker | undefined;
  /** Kept from the thread's first moment on, because nobody is told a second time that it has ended. */
  private ended: Promise<void> = Promise.resolve();
  private isStopping = false;
  private latest: TableSnapshot = snapshotTable(new ServiceTable());
  private dropped: Readonly<Record<string, number>> = {};
  private localAddresses: readonly string[] = [];
  private marks: readonly MarkRule[] = [];

  constructor(options: PacketPlaneOptions) {
    this.interfaces = options.interfaces;
    this.isAccelerated = options.isAccelerated;
    this.log = options.log;
    this.failed = options.failed;
  }

  /** Rejects when the thread or the rules cannot be had: no root, no nf_tables. Then nothing of the plane is left. */
  async start(): Promise<void> {
    try {
      await this.startThread();
    } catch (error) {
      // What failed first says more than what cannot be undone because of it.
      await this.stop().catch(() => undefined);
      throw error;
    }
    process.once('exit', this.leave);
    this.send({ type: 'local-addresses', addresses: this.localAddresses });
    if (this.marks.length > 0) this.send({ type: 'marks', rules: this.marks });
  }

  /** Resolves when the thread is ready, rejects when it ends before. */
  private startThread(): Promise<void> {
    this.wakeDescriptor = libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    const data: PlaneThreadData = {
      interfaces: this.interfaces,
      isAccelerated: this.isAccelerated,
      wakeDescriptor: this.wakeDescriptor,
    };
    const thread = startThread('packet', data);
    this.thread = thread;
    return new Promise((resolve, reject) => {
      let isReady = false;
      let reason: unknown = new Error('its thread has ended');
      thread.on('error', (error) => (reason = error));
      thread.on('message', (news: PlaneNews) => {
        this.hear(news);
        if (news.type !== 'ready') return;
        isReady = true;
        resolve();
      });
      this.ended = new Promise((resolveEnd) => {
        thread.once('exit', () => {
          const error = reason instanceof Error ? reason : new Error(String(reason));
          this.forgetThread(error);
          resolveEnd();
          if (!isReady) reject(error);
          // A dead plane must not keep the addresses: the director goes down, and the standby takes over.
          else if (!this.isStopping) this.failed(error);
        });
      });
    });
  }

  private forgetThread(error: Error): void {
    this.thread = undefined;
    libc.close(this.wakeDescriptor);
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  /** Called while the process exits: Node waits for the thread, which must therefore wake up and end. */
  private readonly leave = (): void => this.send({ type: 'stop' });

  private send(request: PlaneRequest): void {
    if (this.thread === undefined) return;
    this.thread.postMessage(request);
    libc.write(this.wakeDescriptor, new Uint8Array(BigUint64Array.of(1n).buffer));
  }

  /** Rejects when the plane does not run, or ends before it answers. */
  private ask(make: (request: number) => PlaneRequest): Promise<PlaneAnswer> {
    if (this.thread === undefined) return Promise.reject(new Error('The packet plane does not run'));
    const request = ++this.requestNumber;
    return new Promise((resolve, reject) => {
      this.waiting.set(request, { resolve, reject });
      this.send(make(request));
    });
  }

  private hear(news: PlaneNews): void {
    switch (news.type) {
      case 'stopped':
        return;
      case 'ready':
        this.latest = news.table;
        return;
      case 'figures':
        this.dropped = news.drops;
        this.renew(news.table);
        return;
      case 'interfaces':
        this.reportMissing(news.names);
        return;
      case 'answer':
        if (news.answer.type === 'results') this.renew(news.answer.table);
        this.waiting.get(news.request)?.resolve(news.answer);
        this.waiting.delete(news.request);
        return;
      case 'log':
        this.log(news.level, news.message);
        return;
      default:
        assertNever(news);
    }
  }

  private renew(table: TableSnapshot): void {
    this.latest = table;
    for (const listener of this.listeners) listener();
  }

  private reportMissing(present: readonly string[]): void {
    const missing = this.interfaces.filter((name) => !present.includes(name));
    if (missing.length === 0) return;
    this.log(
      'warn',
      `The packet plane waits for ${missing.join(', ')}, which ${missing.length === 1 ? 'is' : 'are'} not there`,
    );
  }

  async execute(commands: readonly TableCommand[]): Promise<readonly TableResult[]> {
    const answer = await this.ask((request) => ({ type: 'execute', request, commands }));
    return answer.type === 'results' ? answer.results : [];
  }

  setLocalAddresses(addresses: readonly string[]): void {
    this.localAddresses = addresses;
    this.send({ type: 'local-addresses', addresses });
  }

  setMarks(rules: readonly MarkRule[]): void {
    this.marks = rules;
    this.send({ type: 'marks', rules });
  }

  addInterfaces(names: readonly string[]): void {
    this.interfaces = [...new Set([...this.interfaces, ...names])];
    this.send({ type: 'interfaces', names });
  }

  table(): TableSnapshot {
    return this.latest;
  }

  drops(): Readonly<Record<string, number>> {
    return this.dropped;
  }

  async connections(): Promise<ConnectionSnapshot[]> {
    const answer = await this.ask((request) => ({ type: 'connections', request }));
    return answer.type === 'connections' ? answer.connections : [];
  }

  async learned(): Promise<number> {
    const answer = await this.ask((request) => ({ type: 'learned', request }));
    return answer.type === 'learned' ? answer.connections : 0;
  }

  async explain(question: FlowQuestion): Promise<Explanation> {
    const answer = await this.ask((request) => ({ type: 'explain', request, question }));
    if (answer.type !== 'explanation') throw new Error('The packet plane gave another answer than an explanation');
    return answer.explanation;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    process.off('exit', this.leave);
    this.send({ type: 'stop' });
    await this.ended;
  }
}

import type { Worker } from 'node:worker_threads';
import type { VirtualServiceSnapshot } from '../../api/snapshot.ts';
import { assertNever } from '../../engine/assert-never.ts';
import type { ConnectionSnapshot, ForwardingPlane, ServiceDefinition } from '../../engine/ipvs/plane.ts';
import * as libc from '../libc.ts';
import type { Log } from '../log.ts';
import { startThread } from '../threads.ts';
import { AnsweringServers } from './answering-servers.ts';
import type { PlaneNews, PlaneRequest, PlaneThreadData } from './messages.ts';
import { RuleKeeper } from './rule-keeper.ts';

const EFD_NONBLOCK = 0o4000;
const EFD_CLOEXEC = 0o2000000;

export interface PacketPlaneOptions {
  /**
   * Names of the interfaces on which clients are; they may appear and vanish later. Those by which the servers are reached
   * are found out.
   */
  readonly interfaces: readonly string[];
  readonly log: Log;
  /** The plane has died and forwards nothing any more; `stop` is still to be called, and returns. */
  readonly failed: (error: Error) => void;
}

/** The plane that forwards in TypeScript: packet rings in a thread of its own, nftables rules that keep the kernel out. */
export function createPacketPlane(options: PacketPlaneOptions): ForwardingPlane {
  return new PacketPlane(options);
}

class PacketPlane implements ForwardingPlane {
  readonly name = 'packet';
  readonly reason = 'it needs nothing but packet sockets and nftables';
  private interfaces: readonly string[];
  private readonly log: Log;
  private readonly failed: (error: Error) => void;
  private readonly rules: RuleKeeper;
  private readonly listeners = new Set<() => void>();
  private readonly listings = new Map<number, (connections: ConnectionSnapshot[]) => void>();
  private listingNumber = 0;
  private wakeDescriptor = -1;
  /** Undefined as soon as it has ended. */
  private thread: Worker | undefined;
  /** Kept from the thread's first moment on, because nobody is told a second time that it has ended. */
  private ended: Promise<void> = Promise.resolve();
  private isStopping = false;
  private figures: VirtualServiceSnapshot[] = [];
  private readonly servers = new AnsweringServers();
  private wanted: readonly ServiceDefinition[] = [];
  private localAddresses: readonly string[] = [];

  constructor(options: PacketPlaneOptions) {
    this.interfaces = options.interfaces;
    this.log = options.log;
    this.failed = options.failed;
    this.rules = new RuleKeeper(options.interfaces, options.log);
  }

  /** Rejects when the thread or the rules cannot be had: no root, no nft. Then nothing of the plane is left. */
  async start(): Promise<void> {
    try {
      await this.rules.start();
      await this.startThread();
    } catch (error) {
      // What failed first says more than what cannot be undone because of it.
      await this.stop().catch(() => undefined);
      throw error;
    }
    process.once('exit', this.leave);
    this.apply(this.wanted);
    this.send({ type: 'local-addresses', addresses: this.localAddresses });
    await this.rules.settled();
  }

  /** Resolves when the thread is ready, rejects when it ends before. */
  private startThread(): Promise<void> {
    this.wakeDescriptor = libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    const data: PlaneThreadData = { interfaces: this.interfaces, wakeDescriptor: this.wakeDescriptor };
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
          this.forgetThread();
          resolveEnd();
          const error = reason instanceof Error ? reason : new Error(String(reason));
          if (!isReady) reject(error);
          // A dead plane must not keep the addresses: the director goes down, and the standby takes over.
          else if (!this.isStopping) this.failed(error);
        });
      });
    });
  }

  private forgetThread(): void {
    this.thread = undefined;
    libc.close(this.wakeDescriptor);
    for (const resolve of this.listings.values()) resolve([]);
    this.listings.clear();
  }

  /** Called while the process exits: Node waits for the thread, which must therefore wake up and end. */
  private readonly leave = (): void => {
    this.send({ type: 'stop' });
    this.rules.stopNow();
  };

  private send(request: PlaneRequest): void {
    if (this.thread === undefined) return;
    this.thread.postMessage(request);
    libc.write(this.wakeDescriptor, new Uint8Array(BigUint64Array.of(1n).buffer));
  }

  private hear(news: PlaneNews): void {
    switch (news.type) {
      case 'ready':
      case 'stopped':
        return;
      case 'figures':
        this.figures = news.services;
        for (const listener of this.listeners) listener();
        return;
      case 'interfaces':
        this.reportMissing(news.names);
        this.rules.setInterfaces(news.names);
        return;
      case 'connections':
        this.listings.get(news.request)?.(news.connections);
        this.listings.delete(news.request);
        return;
      case 'log':
        this.log(news.level, news.message);
        return;
      default:
        assertNever(news);
    }
  }

  private reportMissing(present: readonly string[]): void {
    const missing = this.interfaces.filter((name) => !present.includes(name));
    if (missing.length === 0) return;
    this.log(
      'warn',
      `The packet plane waits for ${missing.join(', ')}, which ${missing.length === 1 ? 'is' : 'are'} not there`,
    );
  }

  apply(services: readonly ServiceDefinition[]): void {
    this.wanted = services;
    const servers = this.servers.update(services, performance.now());
    this.rules.setServices(services, servers);
    this.send({ type: 'services', services, servers });
  }

  setLocalAddresses(addresses: readonly string[]): void {
    this.localAddresses = addresses;
    this.send({ type: 'local-addresses', addresses });
  }

  addInterfaces(names: readonly string[]): void {
    this.interfaces = [...new Set([...this.interfaces, ...names])];
    this.send({ type: 'interfaces', names });
  }

  services(): VirtualServiceSnapshot[] {
    return this.figures;
  }

  connections(): Promise<ConnectionSnapshot[]> {
    if (this.thread === undefined) return Promise.resolve([]);
    const request = ++this.listingNumber;
    return new Promise((resolve) => {
      this.listings.set(request, resolve);
      this.send({ type: 'connections', request });
    });
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
    await this.rules.stop();
  }
}

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
}

/** The plane that forwards in TypeScript: packet rings in a thread of its own, nftables rules that keep the kernel out. */
export function createPacketPlane(options: PacketPlaneOptions): ForwardingPlane {
  return new PacketPlane(options);
}

class PacketPlane implements ForwardingPlane {
  readonly name = 'packet';
  readonly reason = 'it needs nothing but packet sockets and nftables';
  private readonly interfaces: readonly string[];
  private readonly log: Log;
  private readonly rules: RuleKeeper;
  private readonly listeners = new Set<() => void>();
  private readonly listings = new Map<number, (connections: ConnectionSnapshot[]) => void>();
  private listingNumber = 0;
  private wakeDescriptor = -1;
  private thread: Worker | undefined;
  private figures: VirtualServiceSnapshot[] = [];
  private readonly servers = new AnsweringServers();
  private wanted: readonly ServiceDefinition[] = [];
  private localAddresses: readonly string[] = [];

  constructor(options: PacketPlaneOptions) {
    this.interfaces = options.interfaces;
    this.log = options.log;
    this.rules = new RuleKeeper(options.interfaces, options.log);
  }

  /** Rejects when the thread or the rules cannot be had: no root, no nft. */
  async start(): Promise<void> {
    await this.rules.start();
    this.wakeDescriptor = libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    const data: PlaneThreadData = { interfaces: this.interfaces, wakeDescriptor: this.wakeDescriptor };
    const thread = startThread('packet', data);
    this.thread = thread;
    await new Promise<void>((resolve, reject) => {
      thread.on('error', reject);
      thread.on('message', (news: PlaneNews) => {
        this.hear(news);
        if (news.type === 'ready') resolve();
      });
    });
    // From here on a dead plane must not keep the addresses: the director goes down, and the standby takes over.
    thread.removeAllListeners('error').on('error', (error) => this.fail(error));
    process.once('exit', this.leave);
    this.apply(this.wanted);
    this.send({ type: 'local-addresses', addresses: this.localAddresses });
    await this.rules.settled();
  }

  private fail(error: Error): void {
    this.log('error', `The packet plane has died: ${error.message}`);
    throw error;
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
    const { thread } = this;
    process.off('exit', this.leave);
    if (thread !== undefined) {
      const gone = new Promise((resolve) => thread.once('exit', resolve));
      this.send({ type: 'stop' });
      await gone;
      this.thread = undefined;
      libc.close(this.wakeDescriptor);
    }
    for (const resolve of this.listings.values()) resolve([]);
    this.listings.clear();
    await this.rules.stop();
  }
}

import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { assertNever } from '../../engine/assert-never.ts';
import { parseAddress } from '../../engine/ipvs/address.ts';
import { ConnectionTable } from '../../engine/ipvs/connection-table.ts';
import type { DropReason } from '../../engine/ipvs/decision.ts';
import { ESTIMATION_PERIOD_MS } from '../../engine/ipvs/estimator.ts';
import { Forwarder } from '../../engine/ipvs/forwarder.ts';
import { ServiceTable } from '../../engine/ipvs/service-table.ts';
import { snapshotConnections, snapshotServices } from '../../engine/ipvs/table-snapshot.ts';
import * as libc from '../libc.ts';
import { KernelNetwork } from './kernel-network.ts';
import type { PlaneNews, PlaneRequest, PlaneThreadData } from './messages.ts';
import { NextHops } from './next-hops.ts';
import type { NextHop } from './next-hops.ts';
import { PacketSender } from './packet-sender.ts';
import type { ReceiveRing } from './receive-ring.ts';
import { RingSet } from './ring-set.ts';

/** 2^20 entries, about 75 MB when full; the arrays grow only as far as they are used. */
const MOST_CONNECTIONS = 1 << 20;
/** Frames taken from one ring before the other has its turn and the batch is sent. */
const FRAMES_A_TURN = 64;
/** Figures go out at most four times a second. */
const PUBLICATION_PERIOD_MS = 250;
/** With nothing in the table there is nothing to time; the thread looks up once a second all the same. */
const IDLE_PERIOD_MS = 1000;
const DROP_REPORT_PERIOD_MS = 10_000;
/** Under load the descriptors are looked at once in so many turns. */
const TURNS_BETWEEN_POLLS = 16;

const POLLIN = 0x1;
const POLLERR = 0x8;

/** Rings in, engine, rings out: one thread that sleeps only in poll. */
export class PlaneLoop {
  private readonly services = new ServiceTable();
  private readonly connections: ConnectionTable;
  private readonly forwarder: Forwarder<NextHop>;
  private readonly hops: NextHops;
  private readonly network: KernelNetwork;
  private readonly sender: PacketSender;
  private readonly ringSet: RingSet;
  private rings: readonly ReceiveRing[] = [];
  private descriptors = new Int32Array();
  private readonly wakeDescriptor: number;
  private readonly tell: (news: PlaneNews) => void;
  private readonly nextRequest: () => PlaneRequest | undefined;
  private readonly drops = new Map<DropReason, number>();
  private readonly warned = new Set<string>();
  private now = performance.now();
  private isStopped = false;
  /** Something that figures show has changed since they were published. */
  private isDirty = true;
  private areRatesMoving = false;
  private turns = 0;
  private nextPublication = 0;
  private nextEstimation = this.now + ESTIMATION_PERIOD_MS;
  private nextDropReport = this.now + DROP_REPORT_PERIOD_MS;

  constructor(data: PlaneThreadData, tell: (news: PlaneNews) => void, nextRequest: () => PlaneRequest | undefined) {
    this.tell = tell;
    this.nextRequest = nextRequest;
    this.wakeDescriptor = data.wakeDescriptor;
    this.connections = new ConnectionTable(MOST_CONNECTIONS, randomBytes(4).readUInt32LE(), this.now);
    this.ringSet = new RingSet(data.interfaces, (level, message) => this.tell({ type: 'log', level, message }));
    this.hops = new NextHops((reason) => this.warnOnce(reason));
    this.sender = new PacketSender(this.hops, () => this.network);
    this.forwarder = new Forwarder(this.services, this.connections, this.hops);
    this.network = new KernelNetwork((neighbour) => this.sender.sendWaiting(neighbour));
    this.hops.use(this.network);
    this.followNetwork();
  }

  run(): void {
    while (!this.isStopped) this.turn();
  }

  private turn(): void {
    this.now = performance.now();
    let seen = 0;
    for (const ring of this.rings) seen += ring.drain(FRAMES_A_TURN, this.visit);
    if (seen > 0) {
      for (const transmitter of this.hops.all()) transmitter.flush();
      for (const ring of this.rings) ring.release();
    }
    this.turns += 1;
    this.keepTime();
    if (seen === 0) this.wait(this.pause());
    else if (this.turns % TURNS_BETWEEN_POLLS === 0) this.wait(0);
  }

  /** A bound function, because rings call it for every packet. */
  private readonly visit = (ring: ReceiveRing): void => {
    const decision = this.forwarder.handle(ring.packet, this.now);
    switch (decision.type) {
      case 'pass':
        return;
      case 'forward':
        this.isDirty = true;
        if (decision.isRepeated) this.sender.doubt(decision.hop, this.now);
        this.sender.forward(ring.packet, ring.address, decision.hop, this.now);
        return;
      case 'drop':
        this.isDirty = true;
        this.drops.set(decision.reason, (this.drops.get(decision.reason) ?? 0) + 1);
        if (decision.answer !== undefined) this.sender.answer(decision.answer, this.now);
        return;
      default:
        assertNever(decision);
    }
  };

  /** How long the thread may sleep when no packet comes. */
  private pause(): number {
    if (this.isDirty) return Math.max(0, Math.ceil(this.nextPublication - this.now));
    return this.areRatesMoving || this.connections.size > 0 ? PUBLICATION_PERIOD_MS : IDLE_PERIOD_MS;
  }

  private wait(timeoutMs: number): void {
    const { descriptors } = this;
    if (libc.poll(descriptors, timeoutMs) === 0) return;
    const ready = (position: number): number => (descriptors[position * 2 + 1] ?? 0) >>> 16;
    for (const [position, ring] of this.rings.entries()) if ((ready(position + 2) & POLLERR) !== 0) ring.clearError();
    if (ready(0) !== 0) this.readRequests();
    if (ready(1) !== 0 && this.network.readNotifications()) this.followNetwork();
  }

  private followNetwork(): void {
    this.hops.forget();
    for (const name of this.serverLinks()) this.ringSet.add(name);
    const isChanged = this.ringSet.follow(this.network);
    this.rings = this.ringSet.all();
    const polled = [this.wakeDescriptor, this.network.descriptor, ...this.rings.map((ring) => ring.descriptor)];
    this.descriptors = Int32Array.from(polled.flatMap((descriptor) => [descriptor, POLLIN]));
    if (isChanged) this.tell({ type: 'interfaces', names: this.ringSet.present() });
  }

  /** The Ethernet interfaces by which the real servers are reached: their answers come in there. */
  private serverLinks(): string[] {
    const servers = this.services.all().flatMap(({ destinations }) => destinations);
    const routes = servers.map(({ address }) => this.network.route(address, 0));
    const links = routes.map((route) => (route === undefined ? undefined : this.network.link(route.index)));
    return links.flatMap((link) => (link?.hardwareAddress === undefined ? [] : [link.name]));
  }

  private readRequests(): void {
    libc.read(this.wakeDescriptor, new Uint8Array(8));
    for (let request = this.nextRequest(); request !== undefined; request = this.nextRequest()) this.obey(request);
  }

  private obey(request: PlaneRequest): void {
    switch (request.type) {
      case 'services':
        for (const message of this.services.apply(request.services, this.now))
          this.tell({ type: 'log', level: 'error', message });
        this.ringSet.select(request.services, request.servers);
        this.followNetwork();
        this.publish();
        return;
      case 'interfaces':
        for (const name of request.names) this.ringSet.add(name);
        this.followNetwork();
        // Said even when nothing changed: one that is not there yet is worth a warning.
        this.tell({ type: 'interfaces', names: this.ringSet.present() });
        return;
      case 'local-addresses':
        this.forwarder.setLocalAddresses(request.addresses.flatMap((address) => parseAddress(address) ?? []));
        return;
      case 'connections': {
        const connections = snapshotConnections(this.connections, performance.now());
        this.tell({ type: 'connections', request: request.request, connections });
        return;
      }
      case 'stop':
        this.isStopped = true;
        return;
      default:
        assertNever(request);
    }
  }

  /** Everything that happens because time passes. */
  private keepTime(): void {
    if (this.now < this.nextPublication) return;
    const before = this.connections.size;
    this.forwarder.expire(this.now);
    if (this.connections.size !== before) this.isDirty = true;
    if (this.now >= this.nextEstimation) this.estimate();
    if (this.now >= this.nextDropReport) this.reportDrops();
    if (this.isDirty) this.publish();
  }

  private estimate(): void {
    this.nextEstimation = Math.max(this.nextEstimation + ESTIMATION_PERIOD_MS, this.now);
    this.areRatesMoving = false;
    for (const service of this.services.all())
      for (const { statistics } of [service, ...service.destinations])
        this.areRatesMoving = statistics.estimate() || this.areRatesMoving;
    if (this.areRatesMoving) this.isDirty = true;
  }

  private publish(): void {
    this.isDirty = false;
    this.nextPublication = this.now + PUBLICATION_PERIOD_MS;
    this.tell({ type: 'figures', services: snapshotServices(this.services.all()) });
  }

  private reportDrops(): void {
    this.nextDropReport = this.now + DROP_REPORT_PERIOD_MS;
    this.ringSet.reportDrops();
    for (const [reason, count] of this.drops)
      this.tell({ type: 'log', level: 'debug', message: `Dropped ${count} packets of virtual services: ${reason}` });
    this.drops.clear();
    for (const transmitter of this.hops.all()) {
      if (transmitter.errors === 0) continue;
      const reason = libc.errnoName(transmitter.lastError);
      this.tell({ type: 'log', level: 'warn', message: `${transmitter.errors} packets could not be sent: ${reason}` });
      transmitter.errors = 0;
    }
  }

  private warnOnce(message: string): void {
    if (this.warned.has(message)) return;
    this.warned.add(message);
    this.tell({ type: 'log', level: 'warn', message });
  }

  close(): void {
    this.ringSet.close();
    this.hops.close();
    this.network.close();
  }
}

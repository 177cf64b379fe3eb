import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parseAddress } from '../../engine/address.ts';
import type { Address } from '../../engine/address.ts';
import { assertNever } from '../../engine/assert-never.ts';
import { Balancer } from '../../engine/ipvs/balancer.ts';
import { ConnectionTable } from '../../engine/ipvs/connection-table.ts';
import type { DropReason } from '../../engine/ipvs/decision.ts';
import { ESTIMATION_PERIOD_MS } from '../../engine/ipvs/estimator.ts';
import { Forwarder } from '../../engine/ipvs/forwarder.ts';
import { FtpHelper } from '../../engine/ipvs/ftp.ts';
import { ServiceTable } from '../../engine/ipvs/service-table.ts';
import { snapshotTable } from '../../engine/ipvs/table-snapshot.ts';
import { compileMarkRules, markOf } from '../../engine/marks.ts';
import type { CompiledMarkRule } from '../../engine/marks.ts';
import { Packet, PROTOCOL_TCP } from '../../engine/packet/packet.ts';
import type { LogLevel } from '../log.ts';
import * as libc from '../libc.ts';
import { Accelerator } from './accelerator/accelerator.ts';
import { AnsweringServers } from './answering-servers.ts';
import { plainGate } from './frame-gate.ts';
import type { InterfaceRings } from './interface-rings.ts';
import { markRules } from './mark-rules.ts';
import type { PlaneNews, PlaneRequest, PlaneThreadData } from './messages.ts';
import { NetworkFollower } from './network-follower.ts';
import type { NextHop } from './next-hops.ts';
import type { ReceiveRing } from './receive-ring.ts';
import { HEADROOM, VIRTIO_HEADER } from './receive-ring.ts';
import { RuleKeeper } from './rule-keeper.ts';
import { TableDesk } from './table-desk.ts';
import { Watch } from './watch.ts';

/** 2^20 entries; the arrays grow only as far as they are used. */
const MOST_CONNECTIONS = 1 << 20;
/** Frames taken from one interface before the other has its turn and the batch is sent. */
const FRAMES_A_TURN = 128;
/** Figures go out at most four times a second. */
const PUBLICATION_PERIOD_MS = 250;
/** With nothing in the table there is nothing to time; the thread looks up once a second all the same. */
const IDLE_PERIOD_MS = 1000;
const REPORT_PERIOD_MS = 10_000;
/** Under load the descriptors are looked at once in so many turns. */
const TURNS_BETWEEN_POLLS = 8;
/** Watching for packets, the time is asked for once in so many looks. */
const LOOKS_BETWEEN_TIMES = 8;

const POLLIN = 0x1;
const POLLERR = 0x8;

/** Rings in, engine, rings out: one thread that sleeps only in poll. */
export class PlaneLoop {
  private readonly services = new ServiceTable(Math.random);
  private readonly connections: ConnectionTable;
  private readonly forwarder: Forwarder<NextHop>;
  private readonly accelerator: Accelerator | undefined;
  private readonly network: NetworkFollower;
  private readonly rules: RuleKeeper;
  private readonly desk: TableDesk;
  private readonly servers = new AnsweringServers();
  private interfaces: readonly InterfaceRings[] = [];
  private rings: readonly ReceiveRing[] = [];
  private descriptors = new Int32Array();
  private syncDescriptors: readonly number[] = [];
  private readonly wakeDescriptor: number;
  private readonly tell: (news: PlaneNews) => void;
  private readonly nextRequest: () => PlaneRequest | undefined;
  private readonly drops = new Map<DropReason, number>();
  private ownAddresses: readonly Address[] = [];
  private marks: readonly CompiledMarkRule[] = [];
  private now = performance.now();
  private isStopped = false;
  /** Something that figures show has changed since they were published. */
  private isDirty = true;
  private areRatesMoving = false;
  private readonly watch = new Watch(availableParallelism());
  private turns = 0;
  private nextPublication = 0;
  private nextEstimation = this.now + ESTIMATION_PERIOD_MS;
  private nextReport = this.now + REPORT_PERIOD_MS;

  constructor(data: PlaneThreadData, tell: (news: PlaneNews) => void, nextRequest: () => PlaneRequest | undefined) {
    this.tell = tell;
    this.nextRequest = nextRequest;
    this.wakeDescriptor = data.wakeDescriptor;
    const log = (level: LogLevel, message: string): void => this.tell({ type: 'log', level, message });
    this.connections = new ConnectionTable(MOST_CONNECTIONS, randomBytes(4).readInt32LE(), this.now);
    const balancer = new Balancer(this.services, this.connections);
    this.rules = new RuleKeeper(log);
    this.accelerator = data.isAccelerated ? Accelerator.open(balancer, log) : undefined;
    const gate = this.accelerator ?? plainGate;
    this.network = new NetworkFollower(data.interfaces, gate, randomBytes(4).readUInt32LE(), log);
    const ftp = new FtpHelper(balancer, (address, port) =>
      this.rules.expect({ protocol: PROTOCOL_TCP, address, port }),
    );
    this.forwarder = new Forwarder(balancer, this.network.hops, ftp);
    this.desk = new TableDesk(balancer, log, (clients) => this.rules.expectAll(clients));
    this.followNetwork();
  }

  run(): void {
    while (!this.isStopped) this.turn();
  }

  private turn(): void {
    this.now = performance.now();
    let seen = 0;
    for (const rings of this.interfaces) seen += rings.drain(FRAMES_A_TURN, this.visit);
    if (seen > 0) {
      for (const transmitter of this.network.hops.all()) transmitter.flush();
      for (const rings of this.interfaces) rings.release();
      this.watch.found(seen, this.now, performance.now());
    }
    this.turns += 1;
    this.keepTime();
    if (seen > 0) {
      if (this.turns % TURNS_BETWEEN_POLLS === 0) this.wait(0);
    } else if (!this.watchRings()) this.wait(this.pause());
  }

  /** True as soon as a packet is there. Makes no garbage, however often it looks. */
  private watchRings(): boolean {
    const { rings, watch } = this;
    while (watch.goesOn(performance.now())) {
      for (let look = 0; look < LOOKS_BETWEEN_TIMES; look++)
        for (const ring of rings) if (ring.isWaiting()) return true;
      // Whoever would send the next packet may be waiting for this very processor.
      libc.schedYield();
    }
    return false;
  }

  /** A bound function, because rings call it for every packet. */
  private readonly visit = (ring: ReceiveRing): void => {
    const { packet } = ring;
    if (this.marks.length > 0) packet.mark = markOf(this.marks, packet, ring.interfaceName);
    this.forward(packet, ring.address);
    for (const frame of this.forwarder.takeReleased()) this.forwardReleased(frame);
  };

  /** `memory`: the address of what the packet's bytes are. */
  private forward(packet: Packet, memory: number): void {
    const decision = this.forwarder.handle(packet, this.now);
    switch (decision.type) {
      case 'pass':
        return;
      case 'forward':
        this.isDirty = true;
        if (decision.isRepeated) this.network.sender.doubt(decision.hop, this.now);
        this.network.sender.forward(packet, memory, decision.hop, this.now);
        if (decision.entry >= 0) this.accelerator?.offer(packet, decision, this.now);
        return;
      case 'drop':
        this.isDirty = true;
        this.drops.set(decision.reason, (this.drops.get(decision.reason) ?? 0) + 1);
        if (decision.answer !== undefined) this.network.sender.answer(decision.answer, this.now);
        return;
      default:
        assertNever(decision);
    }
  }

  /** A fragment that had waited lies in memory of its own, and is sent from a copy. */
  private forwardReleased(frame: Uint8Array): void {
    const before = HEADROOM + VIRTIO_HEADER;
    const packet = new Packet(new Uint8Array(before + frame.length));
    packet.bytes.set(frame, before);
    if (!packet.load(before, frame.length)) return;
    const decision = this.forwarder.handle(packet, this.now);
    if (decision.type === 'forward') this.network.sender.forwardCopy(packet, decision.hop, this.now);
  }

  /** How long the thread may sleep when no packet comes. */
  private pause(): number {
    const isTimed = this.areRatesMoving || this.connections.size > 0;
    const period = this.isDirty
      ? Math.max(0, Math.ceil(this.nextPublication - this.now))
      : isTimed
        ? PUBLICATION_PERIOD_MS
        : IDLE_PERIOD_MS;
    return Math.max(0, Math.min(period, Math.ceil(this.desk.deadline - this.now)));
  }

  private wait(timeoutMs: number): void {
    const { descriptors } = this;
    if (libc.poll(descriptors, timeoutMs) === 0) return;
    const ready = (position: number): number => (descriptors[position * 2 + 1] ?? 0) >>> 16;
    for (const [position, ring] of this.rings.entries()) if ((ready(position + 2) & POLLERR) !== 0) ring.clearError();
    const first = 2 + this.rings.length;
    if (this.syncDescriptors.some((_, position) => ready(first + position) !== 0)) {
      this.desk.receive(this.now);
      this.isDirty = true;
    }
    if (ready(0) !== 0) this.readRequests();
    if (ready(1) !== 0 && this.network.network.readNotifications()) this.followNetwork();
  }

  private followNetwork(): void {
    this.accelerator?.revokeAll(this.now);
    const isChanged = this.network.follow(this.services.all().flatMap(({ destinations }) => destinations));
    this.interfaces = this.network.rings.all();
    this.rings = this.network.rings.rings();
    this.listen();
    this.forwarder.setLocalAddresses([...this.ownAddresses, ...this.network.localAddresses()]);
    if (!isChanged) return;
    const names = this.network.rings.present();
    this.rules.setInterfaces(names, this.now);
    this.tell({ type: 'interfaces', names });
  }

  private listen(): void {
    this.syncDescriptors = this.desk.descriptors();
    const own = [this.wakeDescriptor, this.network.network.descriptor];
    const polled = [...own, ...this.rings.map(({ descriptor }) => descriptor), ...this.syncDescriptors];
    this.descriptors = Int32Array.from(polled.flatMap((descriptor) => [descriptor, POLLIN]));
  }

  private readRequests(): void {
    libc.read(this.wakeDescriptor, new Uint8Array(8));
    for (let request = this.nextRequest(); request !== undefined; request = this.nextRequest()) this.obey(request);
  }

  private obey(request: PlaneRequest): void {
    if (isQuestion(request)) this.accelerator?.settle(this.now);
    else this.accelerator?.revokeAll(this.now);
    switch (request.type) {
      case 'execute': {
        const results = this.desk.execute(request.commands, this.now);
        this.followTable();
        const table = snapshotTable(this.services);
        this.tell({ type: 'answer', request: request.request, answer: { type: 'results', results, table } });
        return;
      }
      case 'connections':
      case 'learned':
      case 'explain':
        this.tell({ type: 'answer', request: request.request, answer: this.desk.answer(request, performance.now()) });
        return;
      case 'interfaces':
        for (const name of request.names) this.network.rings.add(name);
        this.followNetwork();
        // Said even when nothing changed: one that is not there yet is worth a warning.
        this.tell({ type: 'interfaces', names: this.network.rings.present() });
        return;
      case 'local-addresses':
        this.ownAddresses = request.addresses.flatMap((address) => parseAddress(address) ?? []);
        this.forwarder.setLocalAddresses([...this.ownAddresses, ...this.network.localAddresses()]);
        return;
      case 'marks':
        this.setMarks(compileMarkRules(request.rules));
        return;
      case 'stop':
        this.isStopped = true;
        return;
      default:
        assertNever(request);
    }
  }

  private setMarks({ compiled, problems }: ReturnType<typeof compileMarkRules>): void {
    for (const message of problems) this.tell({ type: 'log', level: 'error', message });
    this.marks = compiled;
    this.rules.setMarks(markRules(compiled), this.now);
  }

  /** Rules and filters fit the table before the next packet is looked at. */
  private followTable(): void {
    const timeouts = this.desk.ruleTimeouts();
    const services = this.servers.update(this.services.all(), this.now, timeouts.openSeconds * 1000);
    this.rules.setTimeouts(timeouts, this.now);
    this.rules.setServices(services, this.now);
    this.network.rings.select(services);
    this.followNetwork();
    this.isDirty = true;
  }

  /** Everything that happens because time passes. */
  private keepTime(): void {
    if (this.now >= this.desk.deadline) this.desk.run(this.now);
    if (this.now < this.nextPublication) return;
    const before = this.connections.size;
    if (this.accelerator?.settle(this.now) === true) this.isDirty = true;
    this.forwarder.expire(this.now);
    this.rules.keepTrying(this.now);
    if (this.connections.size !== before) this.isDirty = true;
    if (this.now >= this.nextEstimation) this.estimate();
    if (this.now >= this.nextReport) this.report();
    if (this.isDirty) this.publish();
    else this.nextPublication = this.now + PUBLICATION_PERIOD_MS;
  }

  private estimate(): void {
    this.nextEstimation = Math.max(this.nextEstimation + ESTIMATION_PERIOD_MS, this.now);
    this.areRatesMoving = this.services.estimate();
    if (this.areRatesMoving) this.isDirty = true;
  }

  private publish(): void {
    this.isDirty = false;
    this.nextPublication = this.now + PUBLICATION_PERIOD_MS;
    this.tell({ type: 'figures', table: snapshotTable(this.services), drops: Object.fromEntries(this.drops) });
  }

  private report(): void {
    this.nextReport = this.now + REPORT_PERIOD_MS;
    this.network.rings.reportDrops();
    for (const transmitter of this.network.hops.all()) {
      if (transmitter.errors === 0) continue;
      const reason = libc.errnoName(transmitter.lastError);
      this.tell({ type: 'log', level: 'warn', message: `${transmitter.errors} packets could not be sent: ${reason}` });
      transmitter.errors = 0;
    }
  }

  /** The table as it is now. */
  snapshot(): ReturnType<typeof snapshotTable> {
    return snapshotTable(this.services);
  }

  close(): void {
    this.desk.close();
    this.network.close();
    this.accelerator?.close();
    this.rules.close();
  }
}

/** Asks, and changes nothing. */
function isQuestion({ type }: PlaneRequest): boolean {
  return type === 'connections' || type === 'learned' || type === 'explain';
}

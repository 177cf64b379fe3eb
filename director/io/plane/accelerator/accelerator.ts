import { CLIENT, SERVER, VIRTUAL } from '../../../engine/ipvs/connection-columns.ts';
import { FLAG_FORWARDING_MASK, FORWARD_MASQUERADE } from '../../../engine/ipvs/connection-flags.ts';
import type { Balancer } from '../../../engine/ipvs/balancer.ts';
import type { Forward } from '../../../engine/ipvs/decision.ts';
import { mayBeLeased } from '../../../engine/ipvs/lease-conditions.ts';
import type { Packet } from '../../../engine/packet/packet.ts';
import { attachToIngress, BpfMap, loadProgram } from '../../bpf/bpf.ts';
import * as libc from '../../libc.ts';
import type { LogLevel } from '../../log.ts';
import { plainGate } from '../frame-gate.ts';
import type { Filters, FrameGate } from '../frame-gate.ts';
import type { NextHop } from '../next-hops.ts';
import { attachProgram } from '../packet-socket.ts';
import type { Instruction } from '../socket-filter.ts';
import { decidingProgram } from './deciding-program.ts';
import { forwardingProgram } from './forwarding-program.ts';
import { encodeKey, encodeLease, KEY_SIZE, LEASE_SIZE, ORDER_SIZE, readUsage } from './lease.ts';
import type { LeasedFlow, LeasedWay } from './lease.ts';

/**
 * How long the kernel forwards a connection's packets before the engine sees one again. Everything that hangs on packets being
 * seen (entries' deadlines, rules' notes, neighbours) takes minutes, and what takes less ends the leases itself.
 */
const LEASE_MS = 1000;
/** Of both directions together; 250 bytes each in the kernel. Connections beyond them are forwarded by the rings. */
const MOST_LEASES = 16_384;

interface Lease {
  readonly key: Uint8Array;
  readonly entry: number;
  readonly isAnswer: boolean;
  /** Whose entry it was: rows are used again. */
  readonly client: number;
  readonly clientPort: number;
  readonly endsAt: number;
  /** What the engine has counted of it. */
  packets: number;
  bytes: number;
}

/**
 * Lets the kernel forward the packets of established connections by eBPF programs, on short leases. The engine decides the
 * first packets of a connection, every one that changes its state, and one a second of each direction; what the leases carried
 * is added to its counters before anybody reads them.
 */
export class Accelerator implements FrameGate {
  private readonly balancer: Balancer;
  private readonly log: (level: LogLevel, message: string) => void;
  private readonly leaseMap: BpfMap;
  private readonly orderMap: BpfMap;
  private readonly forwarding: number;
  /** By entry and direction. */
  private readonly leases = new Map<number, Lease>();

  private constructor(balancer: Balancer, log: (level: LogLevel, message: string) => void) {
    this.balancer = balancer;
    this.log = log;
    this.leaseMap = new BpfMap({
      name: 'relevo_leases',
      type: 'hash',
      keySize: KEY_SIZE,
      valueSize: LEASE_SIZE,
      entries: MOST_LEASES,
    });
    this.orderMap = new BpfMap({
      name: 'relevo_orders',
      type: 'perProcessorArray',
      keySize: 4,
      valueSize: ORDER_SIZE,
      entries: 1,
    });
    this.forwarding = loadProgram('relevo_forward', 'trafficControl', forwardingProgram(this.orderMap.descriptor));
    this.tryAttachment();
  }

  /** Undefined where the kernel cannot: the log says why, and the rings forward everything. */
  static open(balancer: Balancer, log: (level: LogLevel, message: string) => void): Accelerator | undefined {
    try {
      return new Accelerator(balancer, log);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log('info', `Established connections are not accelerated by eBPF programs, which needs Linux 6.6: ${reason}`);
      return undefined;
    }
  }

  /** Kernels before 6.6 load the programs and cannot attach them in this way. */
  private tryAttachment(): void {
    const loopback = libc.ifNametoindex('lo');
    if (loopback !== undefined) libc.close(attachToIngress(this.forwarding, loopback));
  }

  filters(selected: readonly Instruction[]): Filters {
    const maps = { leases: this.leaseMap.descriptor, orders: this.orderMap.descriptor };
    const programs: Record<'small' | 'large', number> = { small: -1, large: -1 };
    try {
      for (const size of ['small', 'large'] as const)
        programs[size] = loadProgram(`relevo_${size}`, 'socketFilter', decidingProgram(size, maps, selected));
    } catch (error) {
      // Without the programs no frame gets an order, and the rings see all.
      this.log(
        'warn',
        `Connections are not accelerated for now: ${error instanceof Error ? error.message : String(error)}`,
      );
      closeAll(programs);
      return plainGate.filters(selected);
    }
    return {
      attach: (size, descriptor) => {
        attachProgram(descriptor, programs[size]);
      },
      close: () => {
        closeAll(programs);
      },
    };
  }

  attach(interfaceIndex: number): () => void {
    const link = attachToIngress(this.forwarding, interfaceIndex);
    return () => {
      libc.close(link);
    };
  }

  /** The engine has decided a packet and rewritten it: may the kernel go on in this way? */
  offer(packet: Packet, decision: Forward<NextHop>, now: number): void {
    const { entry, isAnswer, hop } = decision;
    if (!mayBeLeased(this.balancer, entry, packet)) {
      this.revoke(entry, now);
      return;
    }
    const id = idOf(entry, isAnswer);
    const before = this.leases.get(id);
    if (before !== undefined) {
      if (before.endsAt > now) return;
      this.count(before, now);
    } else if (this.leases.size >= MOST_LEASES) return;
    if (hop.isLocal || !hop.neighbour.isKnown) return;
    this.grant(id, entry, isAnswer, hop, now);
  }

  private grant(id: number, entry: number, isAnswer: boolean, hop: NextHop, now: number): void {
    const { connections } = this.balancer;
    const flow = this.flowOf(entry, isAnswer);
    const key = encodeKey(flow);
    const until = process.hrtime.bigint() + BigInt(LEASE_MS * 1e6);
    if (!this.leaseMap.update(key, encodeLease(flow, this.wayOf(entry, isAnswer, hop), until))) return;
    this.leases.set(id, {
      key,
      entry,
      isAnswer,
      client: clientOf(this.balancer, entry),
      clientPort: connections.clientPort(entry),
      // The kernel's clock ran on since `now` was taken.
      endsAt: now + LEASE_MS,
      packets: 0,
      bytes: 0,
    });
  }

  /** What packets look like before the engine has rewritten them. */
  private flowOf(entry: number, isAnswer: boolean): LeasedFlow {
    const { connections } = this.balancer;
    const client = connections.address(entry, CLIENT).words;
    const other = connections.address(entry, isAnswer ? SERVER : VIRTUAL).words;
    const otherPort = isAnswer ? connections.serverPort(entry) : connections.virtualPort(entry);
    const clientPort = connections.clientPort(entry);
    return {
      family: connections.family(entry),
      protocol: connections.protocol(entry),
      source: isAnswer ? other : client,
      destination: isAnswer ? client : other,
      sourcePort: isAnswer ? otherPort : clientPort,
      destinationPort: isAnswer ? clientPort : otherPort,
    };
  }

  private wayOf(entry: number, isAnswer: boolean, hop: NextHop): LeasedWay {
    const { connections } = this.balancer;
    const { word0, word1, word2, interfaceIndex } = hop.neighbour;
    const hardwareAddresses = new Uint8Array(12);
    const view = new DataView(hardwareAddresses.buffer);
    for (const [index, word] of [word0, word1, word2].entries()) view.setUint32(index * 4, word);
    const way = { interfaceIndex, mtu: hop.mtu, hardwareAddresses };
    if ((connections.flags(entry) & FLAG_FORWARDING_MASK) !== FORWARD_MASQUERADE) return way;
    const address = connections.address(entry, isAnswer ? VIRTUAL : SERVER).words;
    const port = isAnswer ? connections.virtualPort(entry) : connections.serverPort(entry);
    return { ...way, translation: { end: isAnswer ? 'source' : 'destination', address, port } };
  }

  /** Adds what leases carried to the counters, and forgets those that are over. True when there was something. */
  settle(now: number): boolean {
    let isSomething = false;
    for (const [id, lease] of this.leases) {
      if (this.count(lease, now)) isSomething = true;
      if (lease.endsAt <= now) this.forget(id, lease);
    }
    return isSomething;
  }

  private count(lease: Lease, now: number): boolean {
    const value = this.leaseMap.lookup(lease.key);
    if (value === undefined) return false;
    const usage = readUsage(value);
    const packets = usage.packets - lease.packets;
    if (packets === 0) return false;
    const bytes = usage.bytes - lease.bytes;
    lease.packets = usage.packets;
    lease.bytes = usage.bytes;
    if (!this.isStill(lease)) return true;
    if (lease.isAnswer) this.balancer.leasedOut(lease.entry, packets, bytes, now);
    else this.balancer.leasedIn(lease.entry, packets, bytes, now);
    return true;
  }

  private isStill({ entry, client, clientPort }: Lease): boolean {
    const { connections } = this.balancer;
    if (!connections.isInUse(entry) || connections.clientPort(entry) !== clientPort) return false;
    return clientOf(this.balancer, entry) === client;
  }

  private forget(id: number, lease: Lease): void {
    this.leaseMap.delete(lease.key);
    this.leases.delete(id);
  }

  private revoke(entry: number, now: number): void {
    this.revokeOne(idOf(entry, false), now);
    this.revokeOne(idOf(entry, true), now);
  }

  private revokeOne(id: number, now: number): void {
    const lease = this.leases.get(id);
    if (lease !== undefined) this.end(id, lease, now);
  }

  /** What was forwarded between the count and the end is not counted: a handful of packets at most. */
  private end(id: number, lease: Lease, now: number): void {
    this.count(lease, now);
    this.forget(id, lease);
  }

  /** Something that decisions rest on has changed: the engine sees the next packet of every connection. */
  revokeAll(now: number): void {
    for (const [id, lease] of this.leases) this.end(id, lease, now);
  }

  close(): void {
    libc.close(this.forwarding);
    this.leaseMap.close();
    this.orderMap.close();
  }
}

/** Two for each entry: its directions. */
function idOf(entry: number, isAnswer: boolean): number {
  return entry * 2 + (isAnswer ? 1 : 0);
}

function clientOf({ connections }: Balancer, entry: number): number {
  return connections.addresses[connections.wordsAt(entry) + CLIENT + 3] ?? 0;
}

function closeAll(programs: Readonly<Record<string, number>>): void {
  for (const descriptor of Object.values(programs)) if (descriptor >= 0) libc.close(descriptor);
}

import type { Hop, Paths } from '../../engine/ipvs/decision.ts';
import type { KernelNetwork } from './kernel-network.ts';
import type { Neighbour } from './neighbour.ts';
import { Transmitter } from './transmitter.ts';

/** Destinations remembered; above it everything is asked anew, so that random clients cannot fill the memory. */
const MOST_REMEMBERED = 65_536;

/** The way of a packet: the link's sender and the host on it. */
export interface NextHop extends Hop {
  readonly neighbour: Neighbour;
  readonly transmitter: Transmitter;
}

/** The kernel's routes as next hops, remembered by destination until something about routing changes. */
export class NextHops implements Paths<NextHop> {
  private network: KernelNetwork | undefined;
  /** By the address as a signed number, which needs no heap object; null = there is no way. */
  private readonly remembered = new Map<number, NextHop | null>();
  private readonly transmitters = new Map<number, Transmitter>();
  private readonly onUnreachable: (reason: string) => void;

  constructor(onUnreachable: (reason: string) => void) {
    this.onUnreachable = onUnreachable;
  }

  use(network: KernelNetwork): void {
    this.network = network;
  }

  find(destination: number, source: number): NextHop | undefined {
    const key = destination | 0;
    const known = this.remembered.get(key);
    if (known !== undefined) return known ?? undefined;
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
    const hop = this.ask(destination, source);
    this.remembered.set(key, hop ?? null);
    return hop;
  }

  private ask(destination: number, source: number): NextHop | undefined {
    const route = this.network?.route(destination, source);
    if (this.network === undefined || route === undefined) return undefined;
    const link = this.network.link(route.index);
    if (link?.isUp !== true) return undefined;
    if (link.hardwareAddress === undefined) {
      this.onUnreachable(`Packets for a client or server would leave by ${link.name}, which is no Ethernet interface`);
      return undefined;
    }
    const neighbour = this.network.neighbour(route.index, route.gateway ?? destination);
    return { mtu: route.mtu ?? link.mtu, neighbour, transmitter: this.transmitter(route.index) };
  }

  transmitter(interfaceIndex: number): Transmitter {
    let transmitter = this.transmitters.get(interfaceIndex);
    if (transmitter === undefined) {
      transmitter = new Transmitter(interfaceIndex);
      this.transmitters.set(interfaceIndex, transmitter);
    }
    return transmitter;
  }

  all(): IterableIterator<Transmitter> {
    return this.transmitters.values();
  }

  /** Forgets the ways, and the senders of interfaces that are gone. */
  forget(): void {
    this.remembered.clear();
    for (const [index, transmitter] of this.transmitters) {
      if (this.network?.link(index) !== undefined) continue;
      transmitter.close();
      this.transmitters.delete(index);
    }
  }

  close(): void {
    for (const transmitter of this.transmitters.values()) transmitter.close();
    this.transmitters.clear();
  }
}

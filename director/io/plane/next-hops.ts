import type { Address, Family } from '../../engine/address.ts';
import type { Hop, Paths } from '../../engine/ipvs/decision.ts';
import { HopCache } from './hop-cache.ts';
import type { KernelNetwork } from './kernel-network.ts';
import { Neighbour } from './neighbour.ts';
import { NUD_PERMANENT, RTN_LOCAL, RTN_UNICAST } from './route-messages.ts';
import { Transmitter } from './transmitter.ts';

const LOOPBACK_MTU = 65_536;
const NO_ADDRESS = new Uint32Array(4);

/** The way of a packet: the link's sender and the host on it. */
export interface NextHop extends Hop {
  readonly neighbour: Neighbour;
  readonly transmitter: Transmitter;
}

/** The kernel's routes as next hops, remembered by addresses until something about routing changes. */
export class NextHops implements Paths<NextHop> {
  private network: KernelNetwork | undefined;
  /** null = there is no way. */
  private readonly remembered = new HopCache<NextHop | null>();
  private readonly locality = new Map<number, HopCache<boolean>>();
  private readonly transmitters = new Map<number, Transmitter>();
  private readonly onUnreachable: (reason: string) => void;
  private ownStack: NextHop | undefined;

  constructor(onUnreachable: (reason: string) => void) {
    this.onUnreachable = onUnreachable;
  }

  use(network: KernelNetwork): void {
    this.network = network;
  }

  /**
   * Frames sent out of the loopback interface come in by it: what a packet socket puts there reaches the local sockets as if
   * it had come from outside, past the ingress rules of the other interfaces.
   */
  get local(): NextHop {
    if (this.ownStack !== undefined) return this.ownStack;
    const index = this.network?.loopback()?.index ?? 1;
    const neighbour = new Neighbour(index, { family: 4, words: NO_ADDRESS });
    neighbour.update(NUD_PERMANENT, new Uint8Array(6), new Uint8Array(6));
    const transmitter = this.transmitter(index);
    this.ownStack = { mtu: LOOPBACK_MTU, isLocal: true, source: NO_ADDRESS, neighbour, transmitter };
    return this.ownStack;
  }

  find(family: Family, words: Uint32Array, at: number, source?: Uint32Array, sourceAt?: number): NextHop | undefined {
    const known = this.remembered.get(words, at, source, sourceAt);
    if (known !== undefined) return known ?? undefined;
    const from = source && { family, words: source.slice(sourceAt, (sourceAt ?? 0) + 4) };
    const hop = this.ask({ family, words: words.slice(at, at + 4) }, from);
    this.remembered.set(hop ?? null, words, at, source, sourceAt);
    return hop;
  }

  isLocal(family: Family, words: Uint32Array, at: number, mark: number): boolean {
    let byAddress = this.locality.get(mark);
    if (byAddress === undefined) this.locality.set(mark, (byAddress = new HopCache()));
    const known = byAddress.get(words, at);
    if (known !== undefined) return known;
    const route = this.network?.route({ family, words: words.slice(at, at + 4) }, undefined, mark);
    const isLocal = route?.type === RTN_LOCAL;
    byAddress.set(isLocal, words, at);
    return isLocal;
  }

  private ask(destination: Address, source: Address | undefined): NextHop | undefined {
    const route = this.network?.route(destination, source);
    if (this.network === undefined || route === undefined) return undefined;
    if (route.type === RTN_LOCAL) return this.local;
    const link = this.network.link(route.index);
    if (route.type !== RTN_UNICAST || link?.isUp !== true) return undefined;
    if (link.hardwareAddress === undefined) {
      this.onUnreachable(`Packets for a client or server would leave by ${link.name}, which is no Ethernet interface`);
      return undefined;
    }
    const neighbour = this.network.neighbour(route.index, route.gateway ?? destination);
    const own = route.source ?? this.network.addressOf(route.index, destination.family);
    return {
      mtu: route.mtu ?? link.mtu,
      isLocal: false,
      source: own?.words ?? NO_ADDRESS,
      neighbour,
      transmitter: this.transmitter(route.index),
    };
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
    this.locality.clear();
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

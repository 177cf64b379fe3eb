import type { Address } from '../../engine/address.ts';
import type { Destination } from '../../engine/ipvs/service.ts';
import type { LogLevel } from '../log.ts';
import type { FrameGate } from './frame-gate.ts';
import { KernelNetwork } from './kernel-network.ts';
import { NextHops } from './next-hops.ts';
import { PacketSender } from './packet-sender.ts';
import { RingSet } from './ring-set.ts';

/** The network as the packet thread sees it: interfaces with rings, addresses, ways and neighbours. */
export class NetworkFollower {
  readonly network: KernelNetwork;
  readonly hops: NextHops;
  readonly sender: PacketSender;
  readonly rings: RingSet;
  private readonly warn: (message: string) => void;
  private readonly warned = new Set<string>();

  /** `seed` is a random 32-bit number. */
  constructor(
    interfaces: readonly string[],
    gate: FrameGate,
    seed: number,
    log: (level: LogLevel, message: string) => void,
  ) {
    this.warn = (message) => log('warn', message);
    this.rings = new RingSet(interfaces, gate, log);
    this.hops = new NextHops((reason) => this.warnOnce(reason));
    this.sender = new PacketSender(this.hops, () => this.network, seed);
    this.network = new KernelNetwork((neighbour) => this.sender.sendWaiting(neighbour));
    this.hops.use(this.network);
  }

  /** After links, addresses, routes or servers changed. True when there are other rings than before. */
  follow(servers: readonly Destination[]): boolean {
    this.hops.forget();
    for (const name of this.linksOf(servers)) this.rings.add(name);
    return this.rings.follow(this.network);
  }

  /** The Ethernet interfaces by which masqueraded servers are reached: their answers come in there. */
  private linksOf(servers: readonly Destination[]): string[] {
    const masqueraded = servers.filter(({ forwarding }) => forwarding === 'masq');
    const routes = masqueraded.map(({ address }) => this.network.route(address, undefined));
    const links = routes.map((route) => (route === undefined ? undefined : this.network.link(route.index)));
    return links.flatMap((link) => (link?.hardwareAddress === undefined ? [] : [link.name]));
  }

  /** Those of the kernel. */
  localAddresses(): Address[] {
    return this.network.localAddresses();
  }

  private warnOnce(message: string): void {
    if (this.warned.has(message)) return;
    this.warned.add(message);
    this.warn(message);
  }

  close(): void {
    this.rings.close();
    this.hops.close();
    this.network.close();
  }
}

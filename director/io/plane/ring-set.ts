import type { LogLevel } from '../log.ts';
import type { Endpoint } from './answering-servers.ts';
import type { KernelNetwork } from './kernel-network.ts';
import { ReceiveRing } from './receive-ring.ts';
import { encodeFilter, socketFilter } from './socket-filter.ts';

/** The rings of the plane's interfaces, which may come, go and come back as other ones under the same name. */
export class RingSet {
  private readonly names: Set<string>;
  private readonly log: (level: LogLevel, message: string) => void;
  private filter = encodeFilter(socketFilter([], []));
  private readonly rings = new Map<string, ReceiveRing>();

  constructor(names: readonly string[], log: (level: LogLevel, message: string) => void) {
    this.names = new Set(names);
    this.log = log;
  }

  /** From now on only frames that may concern these services are received. */
  select(virtual: readonly Endpoint[], servers: readonly Endpoint[]): void {
    this.filter = encodeFilter(socketFilter(virtual, servers));
    for (const ring of this.rings.values()) ring.setFilter(this.filter);
  }

  all(): readonly ReceiveRing[] {
    return [...this.rings.values()];
  }

  /** One more interface: servers turned out to be there. Its ring comes with the next `follow`. */
  add(name: string): void {
    this.names.add(name);
  }

  /** The interfaces that have a ring. */
  present(): string[] {
    return [...this.rings.keys()];
  }

  /** Opens and closes rings until they fit the links there are. True when something changed. */
  follow(network: KernelNetwork): boolean {
    let isChanged = false;
    for (const name of this.names) {
      const index = network.linkNamed(name)?.index;
      const ring = this.rings.get(name);
      if (ring?.interfaceIndex === index) continue;
      isChanged = true;
      this.drop(name);
      if (index !== undefined) this.open(name, index);
    }
    for (const ring of this.rings.values()) ring.packet.interfaceAddress = network.addressOf(ring.interfaceIndex);
    return isChanged;
  }

  private open(name: string, index: number): void {
    try {
      this.rings.set(name, new ReceiveRing(index, this.filter));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.log('error', `Cannot receive packets on ${name}: ${reason}`);
    }
  }

  private drop(name: string): void {
    this.rings.get(name)?.close();
    this.rings.delete(name);
  }

  /** Logs how many packets found a ring full since the last call. */
  reportDrops(): void {
    for (const [name, ring] of this.rings) {
      const drops = ring.takeDrops();
      if (drops > 0)
        this.log('warn', `${name} received ${drops} packets faster than they could be forwarded; they are lost`);
    }
  }

  close(): void {
    for (const name of this.present()) this.drop(name);
  }
}

import type { LogLevel } from '../log.ts';
import { InterfaceRings } from './interface-rings.ts';
import type { KernelNetwork } from './kernel-network.ts';
import type { ReceiveRing } from './receive-ring.ts';
import type { RuleServices } from './rule-services.ts';
import { socketFilters } from './socket-filter.ts';

/** The rings of the plane's interfaces, which may come, go and come back as other ones under the same name. */
export class RingSet {
  private readonly names: Set<string>;
  private readonly log: (level: LogLevel, message: string) => void;
  private filters = socketFilters(undefined);
  private readonly interfaces = new Map<string, InterfaceRings>();

  constructor(names: readonly string[], log: (level: LogLevel, message: string) => void) {
    this.names = new Set(names);
    this.log = log;
  }

  /** From now on only frames that may concern these services are received. */
  select(services: RuleServices): void {
    this.filters = socketFilters(services);
    for (const rings of this.interfaces.values()) rings.setFilters(this.filters);
  }

  all(): readonly InterfaceRings[] {
    return [...this.interfaces.values()];
  }

  /** Of all interfaces. */
  rings(): readonly ReceiveRing[] {
    return this.all().flatMap(({ both }) => both);
  }

  /** One more interface: servers turned out to be there. Its ring comes with the next `follow`. */
  add(name: string): void {
    this.names.add(name);
  }

  /** The interfaces that have a ring. */
  present(): string[] {
    return [...this.interfaces.keys()];
  }

  /** Opens and closes rings until they fit the links there are. True when something changed. */
  follow(network: KernelNetwork): boolean {
    let isChanged = false;
    for (const name of this.names) {
      const link = network.linkNamed(name);
      const rings = this.interfaces.get(name);
      if (rings?.interfaceIndex === link?.index) continue;
      isChanged = true;
      this.drop(name);
      if (link !== undefined) this.open(name, link.index);
    }
    for (const { interfaceIndex, packet } of this.rings()) {
      packet.interfaceAddress = network.addressOf(interfaceIndex, 4)?.words ?? NO_ADDRESS;
      packet.interfaceAddress6 = network.addressOf(interfaceIndex, 6)?.words ?? NO_ADDRESS;
    }
    return isChanged;
  }

  private open(name: string, index: number): void {
    try {
      this.interfaces.set(name, new InterfaceRings({ name, index }, this.filters));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.log('error', `Cannot receive packets on ${name}: ${reason}`);
    }
  }

  private drop(name: string): void {
    this.interfaces.get(name)?.close();
    this.interfaces.delete(name);
  }

  /** Logs how many packets found a ring full since the last call. */
  reportDrops(): void {
    for (const [name, rings] of this.interfaces) {
      const drops = rings.takeDrops();
      if (drops > 0)
        this.log('warn', `${name} received ${drops} packets faster than they could be forwarded; they are lost`);
    }
  }

  close(): void {
    for (const name of this.present()) this.drop(name);
  }
}

const NO_ADDRESS = new Uint32Array(4);

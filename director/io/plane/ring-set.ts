import type { LogLevel } from '../log.ts';
import type { Filters, FrameGate } from './frame-gate.ts';
import { InterfaceRings } from './interface-rings.ts';
import type { KernelNetwork } from './kernel-network.ts';
import type { ReceiveRing } from './receive-ring.ts';
import type { RuleServices } from './rule-services.ts';
import { encodeFilter, selection } from './socket-filter.ts';
import type { Instruction } from './socket-filter.ts';

interface Opened {
  readonly rings: InterfaceRings;
  readonly detach: () => void;
}

/** The rings of the plane's interfaces, which may come, go and come back as other ones under the same name. */
export class RingSet {
  private readonly names: Set<string>;
  private readonly log: (level: LogLevel, message: string) => void;
  private readonly gate: FrameGate;
  private selected: readonly Instruction[] = selection(undefined);
  private filters: Filters;
  private readonly interfaces = new Map<string, Opened>();

  constructor(names: readonly string[], gate: FrameGate, log: (level: LogLevel, message: string) => void) {
    this.names = new Set(names);
    this.log = log;
    this.gate = gate;
    this.filters = gate.filters(this.selected);
  }

  /** From now on only frames that may concern these services are received. */
  select(services: RuleServices): void {
    const selected = selection(services);
    if (isSame(selected, this.selected)) return;
    const filters = this.gate.filters(selected);
    for (const { rings } of this.interfaces.values()) rings.setFilters(filters);
    this.filters.close();
    this.selected = selected;
    this.filters = filters;
  }

  all(): readonly InterfaceRings[] {
    return [...this.interfaces.values()].map(({ rings }) => rings);
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
      const rings = this.interfaces.get(name)?.rings;
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
      const rings = new InterfaceRings({ name, index }, this.filters);
      this.interfaces.set(name, { rings, detach: this.gate.attach(index) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.log('error', `Cannot receive packets on ${name}: ${reason}`);
    }
  }

  private drop(name: string): void {
    const opened = this.interfaces.get(name);
    opened?.detach();
    opened?.rings.close();
    this.interfaces.delete(name);
  }

  /** Logs how many packets found a ring full since the last call. */
  reportDrops(): void {
    for (const [name, { rings }] of this.interfaces) {
      const drops = rings.takeDrops();
      if (drops > 0)
        this.log('warn', `${name} received ${drops} packets faster than they could be forwarded; they are lost`);
    }
  }

  close(): void {
    for (const name of this.present()) this.drop(name);
    this.filters.close();
  }
}

const NO_ADDRESS = new Uint32Array(4);

function isSame(one: readonly Instruction[], other: readonly Instruction[]): boolean {
  return Buffer.compare(encodeFilter(one), encodeFilter(other)) === 0;
}

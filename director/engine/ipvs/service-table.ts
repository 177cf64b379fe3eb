import type { ForwardingMethod } from '../../api/snapshot.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../packet/packet.ts';
import { formatAddress, parseAddress } from './address.ts';
import { Statistics } from './estimator.ts';
import type { RealServerDefinition, ServiceDefinition } from './plane.ts';
import { createScheduler, schedulerNames } from './scheduler.ts';
import type { Scheduler } from './scheduler.ts';

/** A removed server that nothing refers to is forgotten after this long (ip_vs.h, IP_VS_DEST_TRASH_PERIOD). */
const TRASH_PERIOD_MS = 120_000;

/** A real server of one virtual service. Connection entries refer to it by `id`, also after it left the table. */
export class Destination {
  readonly id: number;
  service: VirtualService;
  readonly address: number;
  readonly port: number;
  forwarding: ForwardingMethod = 'masq';
  weight = 0;
  /** False after it was removed: entries stay, their packets are dropped (IP_VS_DEST_F_AVAILABLE). */
  available = true;
  activeConnections = 0;
  inactiveConnections = 0;
  removedAt = 0;
  readonly statistics = new Statistics();

  constructor(id: number, service: VirtualService, address: number, port: number) {
    this.id = id;
    this.service = service;
    this.address = address;
    this.port = port;
  }
}

export class VirtualService {
  readonly protocol: number;
  readonly address: number;
  readonly port: number;
  scheduler: Scheduler;
  /** In the kernel's order: new ones at the head (ip_vs_ctl.c, __ip_vs_update_dest). */
  readonly destinations: Destination[] = [];
  readonly statistics = new Statistics();

  constructor(protocol: number, address: number, port: number, scheduler: Scheduler) {
    this.protocol = protocol;
    this.address = address;
    this.port = port;
    this.scheduler = scheduler;
  }
}

/** A number for protocol, address and port; below 2^53. */
function endpointKey(protocol: number, address: number, port: number): number {
  return (address * 65536 + port) * 2 + (protocol === PROTOCOL_UDP ? 1 : 0);
}

/** The virtual services and their servers. `apply` takes the wanted state and keeps what stays as it is. */
export class ServiceTable {
  private readonly services = new Map<number, VirtualService>();
  /** By id; holes are free ids. */
  private readonly destinations: (Destination | undefined)[] = [];
  private readonly trash = new Set<Destination>();

  find(protocol: number, address: number, port: number): VirtualService | undefined {
    return this.services.get(endpointKey(protocol, address, port));
  }

  destination(id: number): Destination | undefined {
    return this.destinations[id];
  }

  all(): VirtualService[] {
    return [...this.services.values()];
  }

  /** Moves to the wanted table; returns a sentence for everything that could not be done. */
  apply(definitions: readonly ServiceDefinition[], now: number): string[] {
    const problems: string[] = [];
    const wanted = new Map<number, ServiceDefinition>();
    for (const definition of definitions) {
      const key = serviceKey(definition);
      if (key === undefined) problems.push(`The service address ${definition.address} is not an IPv4 address`);
      else wanted.set(key, definition);
    }
    this.purgeTrash(now);
    for (const [key, service] of this.services) if (!wanted.has(key)) this.removeService(key, service, now);
    for (const [key, definition] of wanted) problems.push(...this.applyService(key, definition, now));
    return problems;
  }

  private applyService(key: number, definition: ServiceDefinition, now: number): string[] {
    const scheduler = this.schedulerFor(this.services.get(key), definition.scheduler);
    if (scheduler === undefined) {
      const known = schedulerNames().join(', ');
      return [
        `The packet plane has no scheduler ${definition.scheduler} (it has ${known}): ${name(definition)} is left out`,
      ];
    }
    let service = this.services.get(key);
    if (service === undefined) {
      const protocol = definition.protocol === 'TCP' ? PROTOCOL_TCP : PROTOCOL_UDP;
      service = new VirtualService(protocol, parseAddress(definition.address) ?? 0, definition.port, scheduler);
      this.services.set(key, service);
    }
    service.scheduler = scheduler;
    return this.applyServers(service, definition, now);
  }

  private schedulerFor(service: VirtualService | undefined, scheduler: string): Scheduler | undefined {
    return service?.scheduler.name === scheduler ? service.scheduler : createScheduler(scheduler);
  }

  private applyServers(service: VirtualService, definition: ServiceDefinition, now: number): string[] {
    const problems: string[] = [];
    const kept = new Set<Destination>();
    const added: RealServerDefinition[] = [];
    for (const server of definition.realServers) {
      const address = parseAddress(server.address);
      const existing = service.destinations.find((one) => one.address === address && one.port === server.port);
      if (address === undefined) problems.push(`The server address ${server.address} is not an IPv4 address`);
      else if (server.forwarding !== 'masq') problems.push(notYet(definition, server));
      else if (existing === undefined) added.push(server);
      else {
        existing.weight = server.weight;
        kept.add(existing);
      }
    }
    for (const one of [...service.destinations]) if (!kept.has(one)) this.removeDestination(one, now);
    for (const server of added) this.addDestination(service, server);
    return problems;
  }

  private addDestination(service: VirtualService, server: RealServerDefinition): void {
    const address = parseAddress(server.address) ?? 0;
    if (service.destinations.some((one) => one.address === address && one.port === server.port)) return;
    const destination = this.takeFromTrash(service, address, server.port) ?? this.create(service, address, server.port);
    destination.forwarding = server.forwarding;
    destination.weight = server.weight;
    destination.available = true;
    service.destinations.unshift(destination);
  }

  private create(service: VirtualService, address: number, port: number): Destination {
    const free = this.destinations.indexOf(undefined);
    const id = free === -1 ? this.destinations.length : free;
    const destination = new Destination(id, service, address, port);
    this.destinations[id] = destination;
    return destination;
  }

  /** A server that comes back soon finds its connections and counters again (ip_vs_trash_get_dest). */
  private takeFromTrash(service: VirtualService, address: number, port: number): Destination | undefined {
    for (const one of this.trash) {
      const old = one.service;
      const sameService =
        old.protocol === service.protocol && old.address === service.address && old.port === service.port;
      if (!sameService || one.address !== address || one.port !== port) continue;
      this.trash.delete(one);
      // The kernel zeroes the counters when the service itself was removed and added again in between.
      if (old !== service) one.statistics.reset();
      one.service = service;
      return one;
    }
    return undefined;
  }

  private removeDestination(destination: Destination, now: number): void {
    const { destinations, scheduler } = destination.service;
    const at = destinations.indexOf(destination);
    destinations.splice(at, 1);
    scheduler.destinationRemoved(destination, destinations[at - 1]);
    destination.available = false;
    destination.removedAt = now;
    this.trash.add(destination);
  }

  private removeService(key: number, service: VirtualService, now: number): void {
    for (const destination of [...service.destinations]) this.removeDestination(destination, now);
    this.services.delete(key);
  }

  private purgeTrash(now: number): void {
    for (const one of this.trash) {
      const referred = one.activeConnections + one.inactiveConnections > 0;
      if (referred || now - one.removedAt < TRASH_PERIOD_MS) continue;
      this.trash.delete(one);
      this.destinations[one.id] = undefined;
    }
  }
}

function serviceKey(definition: ServiceDefinition): number | undefined {
  const address = parseAddress(definition.address);
  if (address === undefined) return undefined;
  return endpointKey(definition.protocol === 'TCP' ? PROTOCOL_TCP : PROTOCOL_UDP, address, definition.port);
}

function name(definition: ServiceDefinition): string {
  return `${definition.protocol} ${definition.address}:${definition.port}`;
}

function notYet(definition: ServiceDefinition, server: RealServerDefinition): string {
  const what = `${server.address}:${server.port}`;
  return `The packet plane cannot forward by ${server.forwarding} yet: ${what} is left out of ${name(definition)}`;
}

export function describeService(service: VirtualService): string {
  const protocol = service.protocol === PROTOCOL_TCP ? 'TCP' : 'UDP';
  return `${protocol} ${formatAddress(service.address)}:${service.port}`;
}

import { formatPlace } from '../../api/place.ts';
import type { ServerDefinition, ServerKey, ServiceDefinition, ServiceKey, TableResult } from '../../api/table.ts';
import { parseAddress } from '../address.ts';
import type { Address } from '../address.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../packet/packet.ts';
import { parsePersistenceMask } from './persistence-mask.ts';
import { DestinationTrash } from './destination-trash.ts';
import { OK, refuse } from './results.ts';
import { createScheduler, schedulerNames } from './schedulers/index.ts';
import { ALL_ONES, Destination, endpoint, VirtualService } from './service.ts';
import { serverAddressProblem, serverProblem } from './server-rules.ts';
import { ServiceIndex } from './service-index.ts';

interface Identity {
  readonly protocol: number;
  readonly address: Address;
  readonly port: number;
  readonly mark: number;
}

/** Adds, edits and removes services and servers with the kernel's checks in the kernel's order (ip_vs_ctl.c). */
export class ServiceEditor {
  readonly index = new ServiceIndex();
  /** By id; holes are free ids. */
  private readonly destinations: (Destination | undefined)[] = [];
  private readonly trash = new DestinationTrash();
  private hasRemoved = false;
  private readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  destination(id: number): Destination | undefined {
    return this.destinations[id];
  }

  /** EEXIST, ENOENT for an unknown scheduler or persistence engine, EINVAL for a bad address or mask. */
  addService(definition: ServiceDefinition, now: number): TableResult {
    const identity = identify(definition);
    if (identity === undefined) return badAddress(definition);
    if (this.lookUp(identity) !== undefined) return refuse('EEXIST', `${nameOf(definition)} is already in the table`);
    const problem = serviceProblem(definition, identity);
    if (problem !== undefined) return problem;
    const service = new VirtualService(identity);
    this.configure(service, definition, now);
    this.index.add(service);
    return OK;
  }

  /** ESRCH when there is no such service; else as `addService`. Servers and counters stay. */
  editService(definition: ServiceDefinition, now: number): TableResult {
    const identity = identify(definition);
    if (identity === undefined) return badAddress(definition);
    const service = this.lookUp(identity);
    if (service === undefined) return noService(definition);
    const problem = serviceProblem(definition, identity);
    if (problem !== undefined) return problem;
    this.configure(service, definition, now);
    return OK;
  }

  private configure(service: VirtualService, definition: ServiceDefinition, now: number): void {
    const { persistence } = definition;
    service.schedulerFlags = new Set(definition.schedulerFlags);
    service.onePacket = definition.onePacket;
    service.persistenceTimeout = (persistence?.timeoutSeconds ?? 0) * 1000;
    service.maskText = persistence?.mask ?? '';
    const mask = persistence && parsePersistenceMask(persistence.mask, service.address.family);
    service.persistenceMask = mask ?? ALL_ONES;
    // The same scheduler keeps what it knows (ip_vs_edit_service binds only another one).
    if (service.scheduler?.name === definition.scheduler) return;
    service.scheduler?.end?.();
    service.scheduler = createScheduler(definition.scheduler, { service, random: this.random, now });
  }

  deleteService(key: ServiceKey, now: number): TableResult {
    const service = this.serviceOf(key);
    if (service === undefined) return noService(key);
    this.removeService(service, now);
    return OK;
  }

  flush(now: number): void {
    for (const service of this.index.all()) this.removeService(service, now);
  }

  private removeService(service: VirtualService, now: number): void {
    this.index.remove(service);
    service.scheduler?.end?.();
    service.scheduler = undefined;
    for (const destination of service.destinations.splice(0)) this.discard(destination, now);
  }

  zeroService(key: ServiceKey): TableResult {
    const service = this.serviceOf(key);
    if (service === undefined) return noService(key);
    this.zero(service);
    return OK;
  }

  zero(service: VirtualService): void {
    for (const { statistics } of service.destinations) statistics.zero();
    service.statistics.zero();
  }

  /** ESRCH without the service, EEXIST, ERANGE and EINVAL as `serverProblem` says. */
  addServer(key: ServiceKey, definition: ServerDefinition, isSynchronised: boolean): TableResult {
    const service = this.serviceOf(key);
    if (service === undefined) return noService(key);
    const address = parseAddress(definition.address);
    if (address === undefined) return badAddress(definition);
    const problem = serverProblem(definition, { service, address, isSynchronised });
    if (problem !== undefined) return problem;
    if (service.find(address, definition.port) !== undefined) {
      return refuse('EEXIST', `${endpoint(address, definition.port)} is already a server of ${service.name}`);
    }
    const known = this.trash.take(service, address, definition.port);
    if (known === undefined) {
      const wrongAddress = serverAddressProblem(address);
      if (wrongAddress !== undefined) return wrongAddress;
    }
    const destination = known ?? this.create(service, address, definition.port);
    // The counters begin anew when the service itself went and came back in between.
    if (destination.service !== service) destination.statistics.zero();
    destination.service = service;
    destination.available = true;
    destination.lastWeight = definition.weight;
    update(destination, definition);
    service.destinations.unshift(destination);
    service.scheduler?.added?.(destination);
    return OK;
  }

  /** ENOENT when the service has no such server; else as `addServer`. */
  editServer(key: ServiceKey, definition: ServerDefinition, isSynchronised: boolean): TableResult {
    const service = this.serviceOf(key);
    if (service === undefined) return noService(key);
    const address = parseAddress(definition.address);
    if (address === undefined) return badAddress(definition);
    const problem = serverProblem(definition, { service, address, isSynchronised });
    if (problem !== undefined) return problem;
    const destination = service.find(address, definition.port);
    if (destination === undefined) return noServer(service, definition);
    update(destination, definition);
    service.scheduler?.updated?.(destination);
    return OK;
  }

  deleteServer(key: ServiceKey, server: ServerKey, now: number): TableResult {
    const service = this.serviceOf(key);
    if (service === undefined) return noService(key);
    const address = parseAddress(server.address);
    const destination = address && service.find(address, server.port);
    if (destination === undefined) return noServer(service, server);
    const at = service.destinations.indexOf(destination);
    service.destinations.splice(at, 1);
    destination.available = false;
    service.scheduler?.removed?.(destination, service.destinations[at - 1]);
    this.discard(destination, now);
    return OK;
  }

  private create(service: VirtualService, address: Address, port: number): Destination {
    const free = this.destinations.indexOf(undefined);
    const id = free === -1 ? this.destinations.length : free;
    const destination = new Destination(id, service, address, port);
    this.destinations[id] = destination;
    return destination;
  }

  private discard(destination: Destination, now: number): void {
    destination.available = false;
    this.hasRemoved = true;
    this.trash.add(destination, now);
  }

  /** Has a server left the table since the last call? */
  takeRemoved(): boolean {
    const { hasRemoved } = this;
    this.hasRemoved = false;
    return hasRemoved;
  }

  sweep(now: number): void {
    this.trash.sweep(now, ({ id }) => (this.destinations[id] = undefined));
    for (const { scheduler } of this.index.all()) scheduler?.tick?.(now);
  }

  /** Is there a tunnel from one family to the other? */
  hasMixedFamilies(): boolean {
    return this.index
      .all()
      .some(({ address, destinations }) => destinations.some((one) => one.address.family !== address.family));
  }

  private serviceOf(key: ServiceKey): VirtualService | undefined {
    const identity = identify(key);
    return identity && this.lookUp(identity);
  }

  private lookUp({ protocol, address, port, mark }: Identity): VirtualService | undefined {
    if (mark !== 0) return this.index.findMark(address.family, mark);
    return this.index.findAddress(protocol, address, port);
  }
}

/** The kernel files services by mark under TCP. */
function identify(key: ServiceKey): Identity | undefined {
  const address = parseAddress(key.address);
  if (address === undefined || (key.protocol === 'FWM' && key.mark === undefined)) return undefined;
  const protocol = key.protocol === 'UDP' ? PROTOCOL_UDP : PROTOCOL_TCP;
  return { protocol, address, port: key.port, mark: key.protocol === 'FWM' ? (key.mark ?? 0) : 0 };
}

function serviceProblem(definition: ServiceDefinition, identity: Identity): TableResult | undefined {
  const { scheduler, persistence } = definition;
  if (scheduler !== 'none' && !schedulerNames().includes(scheduler)) {
    return refuse('ENOENT', `There is no scheduler ${scheduler} (there are ${schedulerNames().join(', ')})`);
  }
  if (persistence === undefined) return undefined;
  if (persistence.engine !== undefined) {
    return refuse('ENOENT', `There is no persistence engine ${persistence.engine} in this director`);
  }
  if (parsePersistenceMask(persistence.mask, identity.address.family) === undefined) {
    const wanted = identity.address.family === 6 ? 'a prefix length from 1 to 128' : 'a dotted netmask';
    return refuse('EINVAL', `The persistence mask ${persistence.mask} is not ${wanted}`);
  }
  return undefined;
}

function update(destination: Destination, definition: ServerDefinition): void {
  if (definition.weight !== 0) destination.lastWeight = definition.weight;
  destination.weight = definition.weight;
  destination.forwarding = definition.forwarding;
  destination.tunnel = definition.tunnel;
  const { upperThreshold, lowerThreshold } = definition;
  if (destination.upperThreshold === upperThreshold && destination.lowerThreshold === lowerThreshold) return;
  destination.upperThreshold = upperThreshold;
  destination.lowerThreshold = lowerThreshold;
  destination.updateOverload('thresholds');
}

function nameOf(key: ServiceKey): string {
  if (key.protocol === 'FWM') return `FWM ${key.mark ?? 0}`;
  return `${key.protocol} ${formatPlace(key)}`;
}

function noService(key: ServiceKey): TableResult {
  return refuse('ESRCH', `There is no service ${nameOf(key)}`);
}

function noServer(service: VirtualService, server: ServerKey): TableResult {
  return refuse('ENOENT', `${service.name} has no server ${server.address} port ${server.port}`);
}

function badAddress({ address }: { address: string }): TableResult {
  return refuse('EINVAL', `${address} is not an IPv4 or IPv6 address`);
}

import type { VirtualServiceSnapshot } from '../api/snapshot.ts';
import type { ConnectionSnapshot, ForwardingPlane, ServiceDefinition } from '../engine/ipvs/plane.ts';

const noCounters = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
const noRates = {
  connectionsPerSecond: 0,
  inPacketsPerSecond: 0,
  outPacketsPerSecond: 0,
  inBytesPerSecond: 0,
  outBytesPerSecond: 0,
};

/** The forwarding plane, if the configuration needs one; the table is kept either way. */
export class PlaneSlot {
  #plane: ForwardingPlane | undefined;
  #services: readonly ServiceDefinition[] = [];
  #local: readonly string[] = [];

  get running(): boolean {
    return this.#plane !== undefined;
  }

  get description(): { name: 'packet' | 'none'; reason: string } {
    return this.#plane
      ? { name: this.#plane.name, reason: this.#plane.reason }
      : { name: 'none', reason: 'the configuration has no virtual servers' };
  }

  setPlane(plane: ForwardingPlane): void {
    this.#plane = plane;
    plane.apply(this.#services);
    plane.setLocalAddresses(this.#local);
  }

  apply(services: readonly ServiceDefinition[]): void {
    this.#services = services;
    this.#plane?.apply(services);
  }

  setLocalAddresses(addresses: readonly string[]): void {
    this.#local = addresses;
    this.#plane?.setLocalAddresses(addresses);
  }

  addInterfaces(names: readonly string[]): void {
    this.#plane?.addInterfaces(names);
  }

  services(): VirtualServiceSnapshot[] {
    const figures = this.#plane?.services() ?? [];
    // A plane that has just started has no figures yet; the table is known all the same.
    return figures.length > 0 ? figures : this.#services.map(idle);
  }

  async connections(): Promise<ConnectionSnapshot[]> {
    return (await this.#plane?.connections()) ?? [];
  }

  async stop(): Promise<void> {
    await this.#plane?.stop();
    this.#plane = undefined;
  }
}

/** How a service looks that nobody forwards. */
function idle({ realServers, ...service }: ServiceDefinition): VirtualServiceSnapshot {
  return {
    ...service,
    counters: noCounters,
    rates: noRates,
    realServers: realServers.map((server) => ({
      ...server,
      activeConnections: 0,
      inactiveConnections: 0,
      counters: noCounters,
      rates: noRates,
    })),
  };
}

import type { VrrpAction } from './action.ts';
import { ipv4ToNumber } from './addresses.ts';
import { vrrpMulticastAddress, vrrpProtocol } from './advert.ts';
import type { VrrpInstanceConfiguration } from './configuration.ts';
import { VrrpRouter } from './router.ts';

/** Wraps the bytes of an advertisement as it arrives from the wire: an IPv4 header without options, then the bytes. */
export function ipPacket(
  source: string,
  payload: Uint8Array,
  ttl = 255,
  destination = vrrpMulticastAddress,
): Uint8Array {
  const packet = new Uint8Array(20 + payload.length);
  const view = new DataView(packet.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, packet.length);
  view.setUint8(8, ttl);
  view.setUint8(9, vrrpProtocol);
  view.setUint32(12, ipv4ToNumber(source));
  view.setUint32(16, ipv4ToNumber(destination));
  packet.set(payload, 20);
  return packet;
}

interface Station {
  readonly router: VrrpRouter;
  readonly addresses: ReadonlyMap<string, string>;
  readonly log: { readonly at: number; readonly action: VrrpAction }[];
  alive: boolean;
}

/** Routers whose interfaces of the same name share a link, on a virtual clock: for tests and for explaining elections. */
export class SimulatedLink {
  now = 0;
  readonly #stations = new Map<string, Station>();
  /** Interfaces whose packets get lost, as `station interface`. */
  readonly #cut = new Set<string>();

  /** `addresses`: interface → primary address. */
  add(
    name: string,
    instances: readonly VrrpInstanceConfiguration[],
    addresses: Readonly<Record<string, string>>,
  ): void {
    const router = new VrrpRouter(instances, this.now);
    const station: Station = { router, addresses: new Map(Object.entries(addresses)), log: [], alive: true };
    this.#stations.set(name, station);
    for (const [device, address] of station.addresses)
      this.#do(name, station, router.setAddress(device, address, this.now));
    this.#do(name, station, router.start(this.now));
  }

  router(name: string): VrrpRouter {
    return this.#station(name).router;
  }

  /** Everything that the station was told to do so far, with the times. */
  log(name: string): readonly { readonly at: number; readonly action: VrrpAction }[] {
    return this.#station(name).log;
  }

  /** `VI_E MASTER, VI_I MASTER` */
  states(name: string): string {
    return this.router(name)
      .status()
      .map(({ configuration, state }) => `${configuration.name} ${state}`)
      .join(', ');
  }

  /** Power off: nothing more is sent or heard. */
  kill(name: string): void {
    this.#station(name).alive = false;
  }

  stop(name: string): void {
    const station = this.#station(name);
    this.#do(name, station, station.router.stop(this.now));
    station.alive = false;
  }

  /** Packets on this interface get lost without the interface going down. */
  lose(name: string, device: string, lost = true): void {
    if (lost) this.#cut.add(`${name} ${device}`);
    else this.#cut.delete(`${name} ${device}`);
  }

  setLink(name: string, device: string, up: boolean): void {
    const station = this.#station(name);
    const address = up ? station.addresses.get(device) : undefined;
    this.#do(name, station, station.router.setAddress(device, address, this.now));
  }

  reconfigure(name: string, instances: readonly VrrpInstanceConfiguration[]): void {
    const station = this.#station(name);
    this.#do(name, station, station.router.reconfigure(instances, this.now));
  }

  /** Lets time pass, timer by timer. */
  advance(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const living = [...this.#stations].filter(([, { alive }]) => alive);
      const next = Math.min(...living.map(([, { router }]) => router.nextTimeoutAt));
      if (!(next <= end)) break;
      this.now = Math.max(this.now, next);
      for (const [name, station] of living) this.#do(name, station, station.router.tick(this.now));
    }
    this.now = end;
  }

  #do(name: string, station: Station, actions: readonly VrrpAction[]): void {
    for (const action of actions) {
      station.log.push({ at: this.now, action });
      if (action.type === 'send-advert') this.#deliver(name, station, action);
    }
  }

  #deliver(sender: string, { addresses }: Station, advert: Extract<VrrpAction, { type: 'send-advert' }>): void {
    const { interface: device, packet } = advert;
    if (this.#cut.has(`${sender} ${device}`)) return;
    for (const [name, station] of this.#stations) {
      if (name === sender || !station.alive || this.#cut.has(`${name} ${device}`)) continue;
      const bytes = ipPacket(addresses.get(device) ?? '', packet);
      this.#do(name, station, station.router.receive(device, bytes, this.now).actions);
    }
  }

  #station(name: string): Station {
    const station = this.#stations.get(name);
    if (!station) throw new RangeError(`There is no station "${name}" on this link.`);
    return station;
  }
}

import type { VrrpAction } from './action.ts';
import type { VrrpConfiguration, VrrpInstanceConfiguration } from './configuration.ts';
import { encodeDatagram, isMulticast } from './datagram.ts';
import { vrrpMulticastAddress } from './advert.ts';
import { VrrpRouter } from './router.ts';
import type { LinkState } from './tracking.ts';

/** Wraps the bytes of an advertisement as it arrives from the wire: an IP header without options, then the bytes. */
export function ipPacket(
  source: string,
  payload: Uint8Array,
  ttl = 255,
  destination = vrrpMulticastAddress,
): Uint8Array {
  return encodeDatagram({ source, destination, ttl, payload });
}

type Advert = Extract<VrrpAction, { type: 'send-advert' }>;

interface Station {
  readonly router: VrrpRouter;
  readonly addresses: ReadonlyMap<string, string>;
  readonly log: { readonly at: number; readonly action: VrrpAction }[];
  alive: boolean;
}

interface InFlight {
  readonly at: number;
  readonly to: string;
  readonly device: string;
  readonly packet: Uint8Array;
}

/** Routers whose interfaces of the same name share a link, on a virtual clock: for tests and for explaining elections. */
export class SimulatedLink {
  now = 0;
  /** From one station to another, in milliseconds; 0 delivers within the call. */
  latencyMs = 0;
  /** Says for each packet and receiver whether it is lost; never by default. */
  loses: () => boolean = () => false;
  readonly #stations = new Map<string, Station>();
  /** Interfaces whose packets get lost, as `station interface`. */
  readonly #cut = new Set<string>();
  #inFlight: InFlight[] = [];

  /** `addresses`: interface → the address to speak from, of either family. */
  add(
    name: string,
    instances: readonly VrrpInstanceConfiguration[] | VrrpConfiguration,
    addresses: Readonly<Record<string, string>>,
  ): void {
    const configuration = asConfiguration(instances);
    const router = new VrrpRouter(configuration, this.now);
    const station: Station = { router, addresses: new Map(Object.entries(addresses)), log: [], alive: true };
    this.#stations.set(name, station);
    for (const device of station.addresses.keys()) this.setLink(name, device, true);
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
    const address = station.addresses.get(device);
    const known = address === undefined ? {} : address.includes(':') ? { ipv6: address } : { ipv4: address };
    const link: LinkState = { up, ...(up ? known : {}) };
    this.#do(name, station, station.router.setLink(device, link, this.now));
  }

  /** One run of a tracked script. */
  script(name: string, script: string, ok: boolean): void {
    const station = this.#station(name);
    const detail = ok ? 'exit status 0' : 'exit status 1';
    this.#do(name, station, station.router.scriptResult(script, { ok, detail }, this.now));
  }

  file(name: string, file: string, value: number): void {
    const station = this.#station(name);
    this.#do(name, station, station.router.fileValue(file, value, this.now));
  }

  yield(name: string, yielding: boolean): void {
    const station = this.#station(name);
    this.#do(name, station, station.router.yield(yielding, this.now));
  }

  reconfigure(name: string, instances: readonly VrrpInstanceConfiguration[] | VrrpConfiguration): void {
    const station = this.#station(name);
    this.#do(name, station, station.router.reconfigure(asConfiguration(instances), this.now));
  }

  /** Lets time pass, timer by timer and packet by packet. */
  advance(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const living = [...this.#stations].filter(([, { alive }]) => alive);
      const timer = Math.min(...living.map(([, { router }]) => router.nextTimeoutAt));
      const next = Math.min(timer, this.#inFlight[0]?.at ?? Infinity);
      if (!(next <= end)) break;
      this.now = Math.max(this.now, next);
      if (this.#arrive()) continue;
      for (const [name, station] of living) this.#do(name, station, station.router.tick(this.now));
    }
    this.now = end;
  }

  #do(name: string, station: Station, actions: readonly VrrpAction[]): void {
    for (const action of actions) {
      station.log.push({ at: this.now, action });
      if (action.type === 'send-advert') this.#send(name, action);
    }
  }

  #send(sender: string, advert: Advert): void {
    const { interface: device, destination } = advert;
    if (this.#cut.has(`${sender} ${device}`)) return;
    const packet = encodeDatagram(advert);
    for (const [name, { addresses }] of this.#stations) {
      const meant = isMulticast(destination) || addresses.get(device) === destination;
      if (name === sender || !meant || this.loses()) continue;
      const entry = { at: this.now + this.latencyMs, to: name, device, packet };
      if (this.latencyMs === 0) this.#deliver(entry);
      else this.#inFlight.push(entry);
    }
  }

  #arrive(): boolean {
    const due = this.#inFlight.filter(({ at }) => at <= this.now);
    this.#inFlight = this.#inFlight.filter(({ at }) => at > this.now);
    for (const entry of due) this.#deliver(entry);
    return due.length > 0;
  }

  #deliver({ to, device, packet }: InFlight): void {
    const station = this.#station(to);
    if (!station.alive || this.#cut.has(`${to} ${device}`)) return;
    this.#do(to, station, station.router.receive(device, packet, this.now).actions);
  }

  #station(name: string): Station {
    const station = this.#stations.get(name);
    if (!station) throw new RangeError(`There is no station "${name}" on this link.`);
    return station;
  }
}

function asConfiguration(instances: readonly VrrpInstanceConfiguration[] | VrrpConfiguration): VrrpConfiguration {
  return 'instances' in instances ? instances : { instances };
}

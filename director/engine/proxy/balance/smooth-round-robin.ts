import { WEIGHT_SCALE, type ServerRuntime } from '../runtime/server-runtime.ts';
import type { Balancer } from './balancer.ts';
import type { Capacity } from './capacity.ts';
import type { ServerGroup } from './server-group.ts';
import { SortedList } from './sorted-list.ts';

/** `SRV_EWGHT_MAX`: 256 in sixteenths. */
const LARGEST = 256 * WEIGHT_SCALE;
const KEY_STEP = 256;

/** A server's place in the rotation; all positions are unsigned 32 bits. */
class Place {
  readonly server: ServerRuntime;
  key = 0;
  /** Where its turn is, and where the last one was. */
  next = 0;
  last = 0;
  /** What divisions have left over so far. */
  remainder = 0;
  list: 'none' | 'fresh' | 'now' | 'later' = 'none';
  /** What the rotation goes by; 0: not in it. */
  weight = 0;

  constructor(server: ServerRuntime) {
    this.server = server;
  }
}

const unsigned = (value: number): number => value >>> 0;

/**
 * HAProxy's fwrr: a round of as many turns as all weights together. A server's turns are as far apart as its weight says;
 * those that have none left in this round wait for the next one, heaviest first.
 */
class Rotation {
  fresh = new SortedList<Place>();
  later = new SortedList<Place>();
  readonly now = new SortedList<Place>();
  /** Turns of this round, of the next one, and where we are. */
  length = 0;
  nextLength = 0;
  position = 0;

  /** Before the first turn. */
  begin(place: Place, weight: number): void {
    place.weight = weight;
    this.nextLength += weight;
    this.length = this.nextLength;
    this.position = this.nextLength;
    this.#put(place, 'fresh');
  }

  enter(place: Place, weight: number): void {
    this.nextLength += weight;
    place.weight = weight;
    const ahead = Math.floor(unsigned(this.nextLength + this.length - this.position) / weight);
    place.next = unsigned(this.position + ahead);
    this.queue(place);
  }

  leave(place: Place): void {
    this.nextLength -= place.weight;
    this.take(place);
    place.weight = 0;
    place.list = 'none';
  }

  reweigh(place: Place, weight: number): void {
    this.nextLength += weight - place.weight;
    place.weight = weight;
    if (place.list === 'fresh') {
      this.take(place);
      this.#put(place, 'fresh');
      return;
    }
    if (place.list === 'later') place.next = unsigned(place.next + this.length);
    const before = place.next;
    const step = Math.floor(this.nextLength / weight);
    place.next = Math.min(unsigned(place.last + step), before);
    place.remainder = 0;
    if (place.next < this.position + 2) place.next = unsigned(this.position + step);
    this.take(place);
    this.queue(place);
  }

  /** Whose turn it is. */
  first(): Place | undefined {
    const { first } = this.now;
    if (first !== undefined && first.next <= this.position) return first;
    const fresh = this.fresh.first;
    if (fresh === undefined) return first;
    fresh.next = 0;
    fresh.remainder = 0;
    return fresh;
  }

  /** Its turn is used up. */
  advance(place: Place): void {
    const { weight } = place;
    place.last = place.next === 0 ? this.position : place.next;
    place.next = unsigned(place.last + Math.floor(this.nextLength / weight));
    place.remainder += this.nextLength % weight;
    if (place.remainder >= weight) {
      place.remainder -= weight;
      place.next++;
    }
    this.take(place);
    this.position++;
  }

  take(place: Place): void {
    if (place.list === 'fresh') this.fresh.remove(place);
    else if (place.list === 'now') this.now.remove(place);
    else if (place.list === 'later') this.later.remove(place);
  }

  queue(place: Place): void {
    if (place.next >= 2 * this.length || place.next >= this.length + this.nextLength) {
      place.next = unsigned(place.next - this.length);
      this.#put(place, 'later');
      return;
    }
    const lightness = unsigned(LARGEST + place.remainder - place.weight);
    place.key = unsigned(KEY_STEP * place.next + Math.floor(lightness / WEIGHT_SCALE));
    place.list = 'now';
    this.now.insert(place);
  }

  queueFresh(place: Place): void {
    this.#put(place, 'fresh');
  }

  /** The next round. */
  turn(): void {
    const { fresh, later } = this;
    this.fresh = later;
    this.later = fresh;
    for (const place of this.fresh.items) place.list = 'fresh';
    for (const place of this.later.items) place.list = 'later';
    this.length = this.nextLength;
    this.position = this.length;
  }

  #put(place: Place, list: 'fresh' | 'later'): void {
    place.key = LARGEST - place.weight;
    place.list = list;
    this[list].insert(place);
  }
}

/** `balance roundrobin`. */
export class SmoothRoundRobin implements Balancer {
  readonly fullWhenQueued = true;
  readonly #group: ServerGroup;
  readonly #capacity: Capacity;
  readonly #active = new Rotation();
  readonly #backups = new Rotation();
  readonly #places = new Map<ServerRuntime, Place>();

  constructor(servers: readonly ServerRuntime[], group: ServerGroup, capacity: Capacity) {
    this.#group = group;
    this.#capacity = capacity;
    for (const server of servers) {
      const place = new Place(server);
      this.#places.set(server, place);
      if (server.usable) this.#rotationOf(server).begin(place, server.effectiveWeight);
    }
  }

  choose(_stream: unknown, avoid: ServerRuntime | undefined): ServerRuntime | undefined {
    const { active, backups, only } = this.#group;
    if (only !== undefined) return only;
    if (active.length > 0) return this.#chooseFrom(this.#active, avoid);
    return backups.length > 0 ? this.#chooseFrom(this.#backups, avoid) : undefined;
  }

  serverChanged(server: ServerRuntime): void {
    const place = this.#places.get(server);
    if (place === undefined) return;
    const rotation = this.#rotationOf(server);
    const weight = server.usable ? server.effectiveWeight : 0;
    if (weight === place.weight) return;
    if (weight === 0) rotation.leave(place);
    else if (place.weight === 0) rotation.enter(place, weight);
    else rotation.reweigh(place, weight);
  }

  loadChanged(): void {
    // Turns do not depend upon it.
  }

  #rotationOf({ settings }: ServerRuntime): Rotation {
    return settings.backup ? this.#backups : this.#active;
  }

  /** Servers that are full or to be avoided lose their turn, unless the round ends meanwhile. */
  #chooseFrom(rotation: Rotation, avoid: ServerRuntime | undefined): ServerRuntime | undefined {
    const passed: Place[] = [];
    let avoided: Place | undefined;
    let chosen: Place | undefined;
    let turned = false;
    for (;;) {
      if (rotation.length === 0) rotation.position = rotation.length = rotation.nextLength;
      const place = rotation.first();
      if (place === undefined) {
        if (turned) {
          if (avoided !== undefined) rotation.advance(avoided);
          break;
        }
        turned = true;
        rotation.turn();
        continue;
      }
      rotation.advance(place);
      if (this.#capacity.hasRoom(place.server)) {
        if (place.server !== avoid || avoided !== undefined) {
          chosen = place;
          break;
        }
        avoided = place;
      }
      passed.push(place);
    }
    chosen ??= avoided;
    if (chosen !== undefined) rotation.queue(chosen);
    for (const place of passed.reverse()) {
      if (place === chosen) continue;
      if (turned) rotation.queueFresh(place);
      else rotation.queue(place);
    }
    return chosen?.server;
  }
}

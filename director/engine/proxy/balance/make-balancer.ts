import type { Balance } from '../backend.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Stream } from '../runtime/stream.ts';
import type { Balancer } from './balancer.ts';
import { FirstAvailable, LeastConnections } from './by-load.ts';
import type { Capacity } from './capacity.ts';
import { type Fetch, type HashKey, hashKey } from './hash-key.ts';
import { HashRing } from './hash-ring.ts';
import type { ServerGroup } from './server-group.ts';
import { ServerMap } from './server-map.ts';
import { SmoothRoundRobin } from './smooth-round-robin.ts';

export interface BalancerParts {
  readonly backend: BackendRuntime;
  readonly group: ServerGroup;
  readonly capacity: Capacity;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** The sample of `balance hash`, as octets. */
  readonly fetch: Fetch;
}

/** Whether weights may change while it runs; `static-rr` and hashes on a map have theirs once and for all. */
export function isDynamic(balance: Balance): boolean {
  if (balance.method === 'static-rr') return false;
  return !isHashing(balance) || ('hash' in balance && balance.hash.type === 'consistent');
}

/** Whether it is the request that says which server. */
export function isHashing(balance: Balance): boolean {
  return 'hash' in balance && balance.method !== 'random';
}

export function makeBalancer({ backend, group, capacity, random, fetch }: BalancerParts): Balancer {
  const { balance } = backend.back;
  const { servers } = backend;
  switch (balance.method) {
    case 'roundrobin':
      return new SmoothRoundRobin(servers, group, capacity);
    case 'leastconn':
      return new LeastConnections(servers, group, capacity);
    case 'first':
      return new FirstAvailable(servers, group, capacity);
    case 'static-rr':
      return new StaticRoundRobin(new ServerMap(servers, group, capacity));
    case 'random':
      return new RandomDraw(new HashRing(servers, group, capacity, balance.hash.balanceFactor), capacity, {
        random,
        draws: balance.draws,
      });
    default: {
      const key = hashKey(balance, fetch);
      return balance.hash.type === 'consistent'
        ? new RingHash(new HashRing(servers, group, capacity, balance.hash.balanceFactor), group, key)
        : new MapHash(new ServerMap(servers, group, capacity), group, key);
    }
  }
}

/** What all have in common that do not look at loads. */
abstract class OfServers implements Balancer {
  abstract readonly fullWhenQueued: boolean;
  readonly #places: { changed(): void };

  constructor(places: { changed(): void }) {
    this.#places = places;
  }

  abstract choose(stream: Stream, avoid: ServerRuntime | undefined): ServerRuntime | undefined;

  serverChanged(): void {
    this.#places.changed();
  }

  loadChanged(): void {
    // Does not matter.
  }
}

/** `balance static-rr`. */
class StaticRoundRobin extends OfServers {
  readonly fullWhenQueued = true;
  readonly #map: ServerMap;

  constructor(map: ServerMap) {
    super(map);
    this.#map = map;
  }

  choose(_stream: Stream, avoid: ServerRuntime | undefined): ServerRuntime | undefined {
    return this.#map.next(avoid);
  }
}

/** `balance random`: of some servers that are drawn by weight the one with the least load. */
class RandomDraw extends OfServers {
  readonly fullWhenQueued = false;
  readonly #ring: HashRing;
  readonly #capacity: Capacity;
  readonly #draws: number;
  readonly #random: () => number;

  constructor(ring: HashRing, capacity: Capacity, { random, draws }: { random: () => number; draws: number }) {
    super(ring);
    this.#ring = ring;
    this.#capacity = capacity;
    this.#random = random;
    this.#draws = draws;
  }

  choose(_stream: Stream, avoid: ServerRuntime | undefined): ServerRuntime | undefined {
    let best: ServerRuntime | undefined;
    for (let draw = 0; draw < this.#draws; draw++) {
      const drawn = this.#ring.at(Math.floor(this.#random() * 0x1_0000_0000), avoid);
      if (drawn === undefined) return undefined;
      if (best === undefined || drawn.current * best.effectiveWeight <= best.current * drawn.effectiveWeight)
        best = drawn;
    }
    // A full one stands for all of them: others are as likely to be full, and the backend's queue is fair.
    return best !== undefined && best.queued === 0 && this.#capacity.hasRoom(best) ? best : undefined;
  }
}

/** Hashes with `hash-type map-based`. */
class MapHash extends OfServers {
  readonly fullWhenQueued = false;
  readonly #map: ServerMap;
  readonly #group: ServerGroup;
  readonly #key: HashKey;

  constructor(map: ServerMap, group: ServerGroup, key: HashKey) {
    super(map);
    this.#map = map;
    this.#group = group;
    this.#key = key;
  }

  choose(stream: Stream, avoid: ServerRuntime | undefined): ServerRuntime | undefined {
    const hash = this.#group.size === 1 ? 0 : this.#key(stream);
    return hash === undefined ? this.#map.next(avoid) : this.#map.at(hash);
  }
}

/** Hashes with `hash-type consistent`. */
class RingHash extends OfServers {
  readonly fullWhenQueued = false;
  readonly #ring: HashRing;
  readonly #group: ServerGroup;
  readonly #key: HashKey;

  constructor(ring: HashRing, group: ServerGroup, key: HashKey) {
    super(ring);
    this.#ring = ring;
    this.#group = group;
    this.#key = key;
  }

  choose(stream: Stream, avoid: ServerRuntime | undefined): ServerRuntime | undefined {
    const hash = this.#group.size === 1 ? 0 : this.#key(stream);
    return hash === undefined ? this.#ring.next(avoid) : this.#ring.at(hash, avoid);
  }
}

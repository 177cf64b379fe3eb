import type { ServerRuntime } from '../runtime/server-runtime.ts';
import { avalanche } from './hash-functions.ts';
import type { Capacity } from './capacity.ts';
import type { ServerGroup } from './server-group.ts';

/** `SRV_EWGHT_RANGE`: numbers of points that belong to one server's id. */
const POINTS_OF_ID = 4096;

interface Point {
  readonly key: number;
  readonly server: ServerRuntime;
}

/** Consistent hashing: each server has as many points on a ring of 2^32 as its weight has sixteenths. */
export class HashRing {
  readonly #group: ServerGroup;
  readonly #capacity: Capacity;
  readonly #servers: readonly ServerRuntime[];
  readonly #balanceFactor: number;
  #points: Point[] = [];
  #outdated = true;
  /** Where `next` goes on: behind this one, which may be no more on the ring. */
  #last: Point | undefined;

  constructor(servers: readonly ServerRuntime[], group: ServerGroup, capacity: Capacity, balanceFactor: number) {
    this.#servers = servers;
    this.#group = group;
    this.#capacity = capacity;
    this.#balanceFactor = balanceFactor;
  }

  changed(): void {
    this.#outdated = true;
  }

  /** The server of the closest point, or of the next one on the ring that is to be had. */
  at(hash: number, avoid: ServerRuntime | undefined): ServerRuntime | undefined {
    if (this.#group.only !== undefined) return this.#group.only;
    this.#update();
    const points = this.#points;
    if (points.length === 0) return undefined;
    let at = this.#closest(hash);
    for (let round = 0; round < 2;) {
      const { server } = points[at] as Point;
      if (server !== avoid && (this.#balanceFactor === 0 || this.#isEligible(server))) return server;
      at++;
      if (at === points.length) {
        at = 0;
        round++;
      }
    }
    return (points[0] as Point).server;
  }

  /** One point after another, for what has nothing to hash. */
  next(avoid: ServerRuntime | undefined): ServerRuntime | undefined {
    if (this.#group.only !== undefined) return this.#group.only;
    this.#update();
    const points = this.#points;
    const start = this.#last === undefined ? 0 : this.#behind(this.#last);
    let avoided: Point | undefined;
    for (let step = 0; step < points.length; step++) {
      const point = points[(start + step) % points.length] as Point;
      if (!this.#capacity.hasRoom(point.server)) continue;
      if (point.server !== avoid) {
        this.#last = point;
        return point.server;
      }
      avoided = point;
    }
    this.#last = avoided;
    return avoided?.server;
  }

  #update(): void {
    if (!this.#outdated) return;
    this.#outdated = false;
    const { active, backups } = this.#group;
    const chosen = active.length > 0 ? active : backups;
    this.#points = chosen.flatMap((server) =>
      Array.from({ length: server.effectiveWeight }, (_, point) => ({
        key: avalanche(server.id * POINTS_OF_ID + point),
        server,
      })),
    );
    this.#points.sort((left, right) => left.key - right.key);
  }

  #closest(hash: number): number {
    const points = this.#points;
    const found = this.#from(hash);
    const after = found === points.length ? 0 : found;
    const before = after === 0 ? points.length - 1 : after - 1;
    const behind = (hash - (points[before] as Point).key) >>> 0;
    const ahead = ((points[after] as Point).key - hash) >>> 0;
    return behind <= ahead ? before : after;
  }

  /** The first point at or behind a key. */
  #from(key: number): number {
    let low = 0;
    let high = this.#points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#points[middle] as Point).key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #behind(point: Point): number {
    let at = this.#from(point.key);
    while ((this.#points[at]?.key ?? -1) === point.key && this.#points[at]?.server !== point.server) at++;
    const isThere = this.#points[at]?.key === point.key;
    return (isThere ? at + 1 : at) % Math.max(1, this.#points.length);
  }

  /** `hash-balance-factor`: no more than so many percent of its share of all streams, this one included. */
  #isEligible(server: ServerRuntime): boolean {
    const { active, backups } = this.#group;
    const members = active.length > 0 ? active : backups;
    const all = this.#servers.reduce((sum, { current }) => sum + current, 0);
    const total = members.reduce((sum, { effectiveWeight }) => sum + effectiveWeight, 0);
    const slots = Math.floor(((all + 1) * this.#balanceFactor + 99) / 100);
    const rest = slots % total;
    let before = 0;
    for (const member of members) {
      if (member === server) break;
      before += member.effectiveWeight;
    }
    const share =
      server.effectiveWeight * Math.floor(slots / total) +
      Math.floor(((before + server.effectiveWeight) * rest) / total) -
      Math.floor((before * rest) / total);
    return server.current < Math.max(1, share);
  }
}

import { WEIGHT_SCALE, type ServerRuntime } from '../runtime/server-runtime.ts';
import type { Balancer } from './balancer.ts';
import type { Capacity } from './capacity.ts';
import type { ServerGroup } from './server-group.ts';
import { SortedList } from './sorted-list.ts';

const LARGEST = 256 * WEIGHT_SCALE;

interface Entry {
  readonly server: ServerRuntime;
  key: number;
  /** As it was listed; 0: it is not. */
  weight: number;
}

/** Servers in two sorted lists, active ones and backups, of which the first one that is not full is taken. */
abstract class Listed implements Balancer {
  abstract readonly fullWhenQueued: boolean;
  protected readonly capacity: Capacity;
  readonly #group: ServerGroup;
  readonly #active = new SortedList<Entry>();
  readonly #backups = new SortedList<Entry>();
  readonly #entries = new Map<ServerRuntime, Entry>();

  constructor(servers: readonly ServerRuntime[], group: ServerGroup, capacity: Capacity) {
    this.#group = group;
    this.capacity = capacity;
    for (const server of servers) {
      this.#entries.set(server, { server, key: 0, weight: 0 });
      this.serverChanged(server);
    }
  }

  choose(_stream: unknown, avoid: ServerRuntime | undefined): ServerRuntime | undefined {
    if (this.#group.only !== undefined) return this.#group.only;
    const { items } = this.#group.active.length > 0 ? this.#active : this.#backups;
    let avoided: ServerRuntime | undefined;
    for (const { server } of items) {
      if (!this.hasPlace(server)) continue;
      if (server !== avoid) return server;
      avoided = server;
    }
    return avoided;
  }

  serverChanged(server: ServerRuntime): void {
    const entry = this.#entries.get(server);
    if (entry === undefined) return;
    const weight = server.usable ? server.effectiveWeight : 0;
    if (weight === entry.weight) return;
    const list = this.#listOf(server);
    if (entry.weight !== 0) list.remove(entry);
    entry.weight = weight;
    if (weight === 0) return;
    entry.key = this.key(server);
    list.insert(entry);
  }

  /** Goes behind its equals, when its key is another one. */
  loadChanged(server: ServerRuntime): void {
    const entry = this.#entries.get(server);
    if (entry === undefined || entry.weight === 0) return;
    const key = this.key(server);
    if (key === entry.key) return;
    const list = this.#listOf(server);
    list.remove(entry);
    entry.key = key;
    list.insert(entry);
  }

  #listOf({ settings }: ServerRuntime): SortedList<Entry> {
    return settings.backup ? this.#backups : this.#active;
  }

  protected abstract key(server: ServerRuntime): number;
  protected abstract hasPlace(server: ServerRuntime): boolean;
}

/** `balance leastconn`: the fewest streams for its weight; who has just got or lost one is last among equals. */
export class LeastConnections extends Listed {
  readonly fullWhenQueued = false;

  protected key({ current, queued, effectiveWeight }: ServerRuntime): number {
    const load = current + queued;
    return load === 0 ? 0 : Math.floor(((load + 1) * LARGEST) / effectiveWeight);
  }

  /** Also a place in its queue, where that has a limit. */
  protected hasPlace(server: ServerRuntime): boolean {
    if (!this.capacity.isLimited(server)) return true;
    return server.current + server.queued < this.capacity.limit(server) + server.settings.maxQueue;
  }
}

/** `balance first`: the first one, by id, that is not full. */
export class FirstAvailable extends Listed {
  readonly fullWhenQueued = true;

  protected key({ id }: ServerRuntime): number {
    return id;
  }

  protected hasPlace(server: ServerRuntime): boolean {
    return this.capacity.hasRoom(server);
  }
}

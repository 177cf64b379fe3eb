import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Capacity } from './capacity.ts';
import type { ServerGroup } from './server-group.ts';

/** As many slots as all weights together, with their common factor taken out; each server has as many as its weight says. */
export class ServerMap {
  #slots: ServerRuntime[] = [];
  readonly #servers: readonly ServerRuntime[];
  readonly #group: ServerGroup;
  readonly #capacity: Capacity;
  readonly #factor: number;
  #outdated = true;
  #next = 0;

  constructor(servers: readonly ServerRuntime[], group: ServerGroup, capacity: Capacity) {
    this.#servers = servers;
    this.#group = group;
    this.#capacity = capacity;
    const weights = servers.map(({ initialWeight }) => initialWeight).filter((weight) => weight > 0);
    this.#factor = weights.length === 0 ? 1 : weights.reduce(commonFactor);
  }

  changed(): void {
    this.#outdated = true;
  }

  at(hash: number): ServerRuntime | undefined {
    this.#update();
    return this.#slots[hash % this.#slots.length];
  }

  next(avoid: ServerRuntime | undefined): ServerRuntime | undefined {
    this.#update();
    const { length } = this.#slots;
    if (this.#next >= length) this.#next = 0;
    const start = this.#next;
    let avoided: ServerRuntime | undefined;
    let afterAvoided = 0;
    for (let step = 0; step < length; step++) {
      const at = (start + step) % length;
      const server = this.#slots[at] as ServerRuntime;
      if (!this.#capacity.hasRoom(server)) continue;
      if (server !== avoid) {
        this.#next = at + 1;
        return server;
      }
      avoided = server;
      afterAvoided = at + 1;
    }
    if (avoided !== undefined) this.#next = afterAvoided;
    return avoided;
  }

  #weight(server: ServerRuntime): number {
    return Math.ceil(server.userWeight / this.#factor);
  }

  #update(): void {
    if (!this.#outdated) return;
    this.#outdated = false;
    const { active, backups, firstBackup } = this.#group;
    const counted = active.length > 0 ? active : firstBackup === undefined ? backups : [firstBackup];
    const total = counted.reduce((sum, server) => sum + this.#weight(server), 0);
    const candidates = this.#servers.filter((server) => (active.length > 0 ? active : backups).includes(server));
    this.#slots = total === 1 ? [...counted] : this.#spread(candidates, total);
  }

  /** The heavier a server, the sooner its score is full again; the first of the file wins among equals. */
  #spread(candidates: readonly ServerRuntime[], total: number): ServerRuntime[] {
    const scores = new Map(candidates.map((server) => [server, 0]));
    return Array.from({ length: total }, () => {
      let best = candidates[0] as ServerRuntime;
      let most = -Infinity;
      for (const server of candidates) {
        const score = (scores.get(server) as number) + this.#weight(server);
        scores.set(server, score);
        const rank = Math.trunc((score + total) / total);
        if (rank <= most) continue;
        most = rank;
        best = server;
      }
      scores.set(best, (scores.get(best) as number) - total);
      return best;
    });
  }
}

function commonFactor(one: number, other: number): number {
  return other === 0 ? one : commonFactor(other, one % other);
}

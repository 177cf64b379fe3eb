import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { Sticking } from '../runtime/collaborators.ts';
import type { ProxyEnvironment } from '../runtime/environment.ts';
import type { PendingStore, Placement } from '../runtime/placement.ts';
import type { SampleValue } from '../runtime/sample-value.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { StickEntries, StickEntry } from '../runtime/stick-entries.ts';
import type { Stream } from '../runtime/stream.ts';
import type { StickRule } from '../stick-tables.ts';
import { keyOf } from './key-of.ts';
import { addressKey } from './server-key.ts';

/** A rule's condition and sample, made ready. */
export interface StickProbe {
  holds(stream: Stream, now: number): boolean;
  key(stream: Stream, now: number): SampleValue | undefined;
}

/** HAProxy remembers no more for one stream. */
const MOST_STORES = 8;

interface Rule {
  readonly settings: StickRule;
  readonly probe: StickProbe;
  readonly table: StickEntries;
}

/** For `Makers.sticking`. */
export function makeSticking(
  backend: BackendRuntime,
  { tables }: Pick<ProxyEnvironment, 'tables'>,
  compile: (rule: StickRule) => StickProbe,
): Sticking | undefined {
  const { stickRules } = backend.back;
  if (stickRules.length === 0) return undefined;
  const rules = stickRules.map((settings): Rule => {
    const table = tables.get(settings.table);
    if (table === undefined) throw new Error(`there is no stick table ${settings.table}`);
    return { settings, probe: compile(settings), table };
  });
  return new BackendSticking(backend, rules);
}

class BackendSticking implements Sticking {
  readonly #backend: BackendRuntime;
  readonly #request: readonly Rule[];
  readonly #response: readonly Rule[];

  constructor(backend: BackendRuntime, rules: readonly Rule[]) {
    this.#backend = backend;
    this.#request = rules.filter(({ settings }) => settings.stores !== 'response');
    this.#response = rules.filter(({ settings }) => settings.stores === 'response');
  }

  /**
   * As in HAProxy, room is made for what is to be stored before anybody knows whether the key is there already.
   * Once a table has a key to store, no other rule that stores there is looked at: the most precise one stands first.
   */
  match(stream: Stream, now: number): ServerRuntime | undefined {
    const { placement } = stream;
    let found: ServerRuntime | undefined;
    for (const { settings, probe, table } of this.#request) {
      const stores = settings.stores === 'request';
      if (stores && placement?.stores?.some((one) => one.table === table) === true) continue;
      const key = keyFor(probe, table, stream, now);
      if (key === undefined) continue;
      const entry = settings.matches ? table.find(key, now) : undefined;
      if (entry !== undefined) {
        found ??= this.#serverOf(entry, table, placement);
        table.touch(key, now);
      }
      if (stores && hasRoom(table, now)) note(placement, { table, key });
    }
    return found;
  }

  storeResponse(stream: Stream, now: number): void {
    const { placement, server } = stream;
    if (placement === undefined) return;
    const ofRequest = placement.stores?.length ?? 0;
    for (const { probe, table } of this.#response) {
      if (placement.stores?.some((one, index) => index >= ofRequest && one.table === table) === true) continue;
      const key = keyFor(probe, table, stream, now);
      if (key !== undefined && hasRoom(table, now)) note(placement, { table, key });
    }
    const stores = placement.stores ?? [];
    placement.stores = undefined;
    if (server?.settings.sticky === true) for (const store of stores) remember(store, server, now);
  }

  #serverOf(
    entry: StickEntry,
    { settings }: StickEntries,
    placement: Placement | undefined,
  ): ServerRuntime | undefined {
    const { servers, back } = this.#backend;
    const name = entry.server;
    const id = entry.get('server_id', 0) ?? 0;
    const server =
      servers.find((one) => name !== undefined && name === nameOf(one, settings.serverKey)) ??
      (id === 0 ? undefined : servers.find((one) => one.id === id));
    const stays = back.persistsWhenDown || placement?.persistence === 'force';
    return server !== undefined && (server.up || stays) ? server : undefined;
  }
}

const hasRoom = (table: StickEntries, now: number): boolean => table.makeRoom?.(now) ?? true;

function nameOf(server: ServerRuntime, by: 'name' | 'addr'): string {
  return by === 'name' ? server.settings.name : addressKey(server);
}

function remember({ table, key }: PendingStore, server: ServerRuntime, now: number): void {
  const entry = table.touch(key, now);
  if (entry === undefined) return;
  entry.set('server_id', server.id);
  entry.server = nameOf(server, table.settings.serverKey);
}

function keyFor(probe: StickProbe, table: StickEntries, stream: Stream, now: number): string | undefined {
  if (!probe.holds(stream, now)) return undefined;
  const sample = probe.key(stream, now);
  return sample === undefined ? undefined : keyOf(table.settings, sample);
}

function note(placement: Placement | undefined, store: PendingStore): void {
  if (placement === undefined) return;
  placement.stores ??= [];
  if (placement.stores.length < MOST_STORES) placement.stores.push(store);
}

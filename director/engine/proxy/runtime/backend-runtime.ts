import type { BackSide } from '../backend.ts';
import type { Backend, Listen } from '../configuration.ts';
import { BackCounters, TimeAverages } from './counters.ts';
import { FrequencyCounter } from './frequency-counter.ts';
import type { ServerQueues } from './server-queues.ts';
import { ServerRuntime } from './server-runtime.ts';
import type { StickEntries } from './stick-entries.ts';

/** A backend, or the back of a listen, as it is now. */
export class BackendRuntime {
  readonly settings: Backend | Listen;
  readonly id: number;
  readonly servers: readonly ServerRuntime[];
  readonly counters = new BackCounters();
  readonly averages = new TimeAverages();
  readonly sessionRate: FrequencyCounter;
  /** Streams here, with and without a server. */
  current = 0;
  /** Of them, those that wait for any server, and for any or a certain one. */
  queued = 0;
  queuedInAll = 0;
  changedAt: number;
  downMs = 0;
  lastSessionAt: number | undefined;
  /** Its own stick table. */
  table: StickEntries | undefined;
  /** Who waits for its servers. */
  queues: ServerQueues | undefined;
  readonly #listeners: ((server: ServerRuntime) => void)[] = [];

  constructor(settings: Backend | Listen, id: number, now: number) {
    this.settings = settings;
    this.id = id;
    this.servers = settings.back.servers.map(
      (server, index) => new ServerRuntime(server, this, server.id ?? index + 1, now),
    );
    this.sessionRate = new FrequencyCounter(now);
    this.changedAt = now;
  }

  get back(): BackSide {
    return this.settings.back;
  }

  server(name: string): ServerRuntime | undefined {
    return this.servers.find(({ settings }) => settings.name === name);
  }

  /** Balancing, queues and statistics look again. */
  onServerChange(listener: (server: ServerRuntime) => void): void {
    this.#listeners.push(listener);
  }

  serverChanged(server: ServerRuntime): void {
    for (const listener of this.#listeners) listener(server);
  }

  /** Usable ones; backups only when no other is (`nbsrv`). */
  get usableServers(): readonly ServerRuntime[] {
    const usable = this.servers.filter((server) => server.usable);
    const active = usable.filter(({ settings }) => !settings.backup);
    if (active.length > 0) return active;
    return this.back.allBackups ? usable : usable.slice(0, 1);
  }
}

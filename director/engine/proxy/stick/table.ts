import type { Proxy } from '../configuration.ts';
import { FrequencyCounter } from '../runtime/frequency-counter.ts';
import type { StickEntries, StickEntry } from '../runtime/stick-entries.ts';
import type { StickCount, StickRate, StickTable } from '../stick-tables.ts';

/** For `Makers.table`. */
export function makeTable({ stickTable }: Proxy): StickEntries | undefined {
  return stickTable === undefined ? undefined : new Table(stickTable);
}

/** Where each thing that a table keeps lies in its entries. */
interface Layout {
  readonly counts: ReadonlyMap<string, number>;
  readonly rates: ReadonlyMap<string, number>;
  readonly periods: readonly number[];
}

function layoutOf({ store }: StickTable): Layout {
  const counts = new Map<string, number>();
  const rates = new Map<string, number>();
  const periods: number[] = [];
  for (const data of store) {
    if (!('periodMs' in data)) counts.set(data.name, counts.size);
    else rates.set(data.name, periods.push(data.periodMs) - 1);
  }
  return { counts, rates, periods };
}

class Entry implements StickEntry {
  readonly key: string;
  references = 0;
  server: string | undefined;
  expiresAt = Infinity;
  readonly #layout: Layout;
  readonly #counts: Float64Array;
  #rates: FrequencyCounter[] | undefined;

  constructor(key: string, layout: Layout) {
    this.key = key;
    this.#layout = layout;
    this.#counts = new Float64Array(layout.counts.size);
  }

  get(name: StickCount | StickRate, now: number): number | undefined {
    const count = this.#layout.counts.get(name);
    if (count !== undefined) return this.#counts[count];
    const rate = this.#layout.rates.get(name);
    if (rate === undefined) return undefined;
    return this.#rates === undefined ? 0 : (this.#rates[rate]?.rate(now) ?? 0);
  }

  add(name: StickCount | StickRate, now: number, amount: number): void {
    const count = this.#layout.counts.get(name);
    if (count !== undefined) this.#counts[count] = wrapped(name, (this.#counts[count] as number) + amount);
    const rate = this.#layout.rates.get(name);
    if (rate === undefined) return;
    this.#rates ??= this.#layout.periods.map((periodMs) => new FrequencyCounter(now, periodMs));
    this.#rates[rate]?.add(now, amount);
  }

  set(name: StickCount, value: number): void {
    const count = this.#layout.counts.get(name);
    if (count !== undefined) this.#counts[count] = value;
  }
}

/** Octets are counted in 64 bits, everything else in 32. */
function wrapped(name: string, value: number): number {
  return name === 'bytes_in_cnt' || name === 'bytes_out_cnt' ? value : value >>> 0;
}

/** Entries in the order in which they go: the one that has not been touched for the longest is first. */
class Table implements StickEntries {
  readonly settings: StickTable;
  readonly #layout: Layout;
  readonly #entries = new Map<string, Entry>();

  constructor(settings: StickTable) {
    this.settings = settings;
    this.#layout = layoutOf(settings);
  }

  get size(): number {
    return this.#entries.size;
  }

  find(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt > now || entry.references > 0) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  touch(key: string, now: number): Entry | undefined {
    const known = this.find(key, now);
    if (known === undefined) return this.#make(key, now);
    if (this.settings.expireMs > 0) {
      known.expiresAt = now + this.settings.expireMs;
      this.#entries.delete(key);
      this.#entries.set(key, known);
    }
    return known;
  }

  *entries(): Iterable<Entry> {
    yield* this.#entries.values();
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  makeRoom(now: number): boolean {
    this.#dropExpired(now);
    const { size, noPurge } = this.settings;
    return this.#entries.size < size || (!noPurge && this.#dropOldest());
  }

  #make(key: string, now: number): Entry | undefined {
    const { expireMs } = this.settings;
    if (!this.makeRoom(now)) return undefined;
    const entry = new Entry(key, this.#layout);
    if (expireMs > 0) entry.expiresAt = now + expireMs;
    this.#entries.set(key, entry);
    return entry;
  }

  #dropExpired(now: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.expiresAt > now) return;
      if (entry.references === 0) this.#entries.delete(entry.key);
    }
  }

  /** Makes room for some at once, as HAProxy does: one, and a 256th of the table. */
  #dropOldest(): boolean {
    let left = Math.floor(this.settings.size / 256) + 1;
    const before = this.#entries.size;
    for (const entry of this.#entries.values()) {
      if (entry.references > 0) continue;
      this.#entries.delete(entry.key);
      if (--left === 0) break;
    }
    return this.#entries.size < before;
  }
}

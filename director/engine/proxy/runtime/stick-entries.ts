import type { StickTable } from '../stick-tables.ts';
import type { StickCount, StickRate } from '../stick-tables.ts';

/** One key of a stick table, with what is kept of it. */
export interface StickEntry {
  readonly key: string;
  /** Streams that track it; such an entry is not dropped. */
  references: number;
  /** What the table does not store is undefined. */
  get(name: StickCount | StickRate, now: number): number | undefined;
  add(name: StickCount | StickRate, now: number, amount: number): void;
  set(name: StickCount, value: number): void;
  /** By `serverKey`; undefined: none yet. */
  server: string | undefined;
  /** When it is dropped, unless it is touched before. */
  expiresAt: number;
}

/** A table as it is now. Keys are octets as Latin-1, made by `keyOf` of the table's type. */
export interface StickEntries {
  readonly settings: StickTable;
  readonly size: number;
  find(key: string, now: number): StickEntry | undefined;
  /** Whether one more would fit; drops old ones for it, if that is allowed. Absent: there is always room. */
  makeRoom?(now: number): boolean;
  /** Finds or makes; undefined when there is no room. */
  touch(key: string, now: number): StickEntry | undefined;
  entries(): Iterable<StickEntry>;
  delete(key: string): boolean;
}

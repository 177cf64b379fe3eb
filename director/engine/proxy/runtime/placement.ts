import type { StickEntries } from './stick-entries.ts';

/** How a stream came to its server: what is remembered of it between request and answer, and from one attempt to the next. */
export class Placement {
  /** `force-persist`, `ignore-persist`. */
  persistence: 'force' | 'ignore' | 'normal' = 'normal';
  /** A rule, a cookie or a stick table has chosen the server, not the balancing. */
  direct = false;
  attempts = 0;
  /** What stood in the client's cookie (`maxidle`, `maxlife`): seconds since 1970; 0: nothing. */
  lastSeen = 0;
  firstSeen = 0;
  /** Keys under which stick tables are to remember the server; those of the request come first. */
  stores: PendingStore[] | undefined;
}

export interface PendingStore {
  readonly table: StickEntries;
  readonly key: string;
}

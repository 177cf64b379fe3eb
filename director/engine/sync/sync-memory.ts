const INITIAL_ROWS = 1024;

/**
 * What synchronisation remembers of every entry, in columns beside those of the connection table (in the kernel:
 * old_state and sync_endtime of struct ip_vs_conn). 10 bytes an entry.
 */
export class SyncMemory {
  private states = new Uint8Array(INITIAL_ROWS);
  private retryCounts = new Uint8Array(INITIAL_ROWS);
  /** When the entry would end according to its last announcement; 0 = never announced. */
  private ends = new Float64Array(INITIAL_ROWS);

  /** The state at the last announcement, 0 before. */
  announcedState(entry: number): number {
    return this.states[entry] ?? 0;
  }

  setAnnouncedState(entry: number, state: number): void {
    this.reserve(entry);
    this.states[entry] = state;
  }

  announcedEnd(entry: number): number {
    return this.ends[entry] ?? 0;
  }

  retries(entry: number): number {
    return this.retryCounts[entry] ?? 0;
  }

  setAnnouncedEnd(entry: number, end: number, retries: number): void {
    this.reserve(entry);
    this.ends[entry] = end;
    this.retryCounts[entry] = retries;
  }

  forget(entry: number): void {
    if (entry >= this.states.length) return;
    this.states[entry] = 0;
    this.retryCounts[entry] = 0;
    this.ends[entry] = 0;
  }

  private reserve(entry: number): void {
    if (entry < this.states.length) return;
    let rows = this.states.length;
    while (rows <= entry) rows *= 2;
    this.states = grown(new Uint8Array(rows), this.states);
    this.retryCounts = grown(new Uint8Array(rows), this.retryCounts);
    this.ends = grown(new Float64Array(rows), this.ends);
  }
}

function grown<Column extends { set(source: Column): void }>(target: Column, source: Column): Column {
  target.set(source);
  return target;
}

import { appendFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logEntrySchema } from '../contract/index.ts';
import type { LogEntry } from '../contract/index.ts';

/** Entries kept in memory: about an hour of a busy lab. */
const KEPT = 5000;
const DEFAULT_LINES = 200;

/** What happened in one lab: kept for asking, appended to a file that the next engine reads again. */
export class LabLog {
  readonly #file: string;
  readonly #onEntry: (entry: LogEntry) => void;
  #entries: LogEntry[] = [];

  constructor(directory: string, onEntry: (entry: LogEntry) => void) {
    this.#file = join(directory, 'log.ndjson');
    this.#onEntry = onEntry;
  }

  /** Reads what an earlier engine wrote; a torn last line is left out. */
  async load(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    const entries = text.split('\n').flatMap((line) => parseEntry(line) ?? []);
    this.#entries = [...entries, ...this.#entries].slice(-KEPT);
  }

  add(level: LogEntry['level'], source: string, message: string, at = Date.now()): void {
    const entry: LogEntry = { at, level, source, message };
    this.#entries.push(entry);
    if (this.#entries.length > KEPT) this.#entries.splice(0, this.#entries.length - KEPT);
    // A log that cannot be written must not stop a lab; the directory is gone when the lab is.
    appendFile(this.#file, `${JSON.stringify(entry)}\n`, () => undefined);
    this.#onEntry(entry);
  }

  last(request: { source?: string | undefined; lines?: number | undefined }): LogEntry[] {
    const wanted =
      request.source === undefined ? this.#entries : this.#entries.filter(({ source }) => source === request.source);
    return wanted.slice(-(request.lines ?? DEFAULT_LINES));
  }
}

function parseEntry(line: string): LogEntry | undefined {
  try {
    return logEntrySchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

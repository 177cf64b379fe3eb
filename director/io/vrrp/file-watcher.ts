import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { TrackedFile } from '../../engine/vrrp/configuration.ts';
import { initialiseTrackedFile } from '../tracked-file.ts';

interface Entry {
  readonly file: TrackedFile;
  readonly watcher: FSWatcher | undefined;
}

/** Follows the numbers in tracked files. A file that is missing, or holds no number, counts as 0 (keepalived.conf(5)). */
export class FileWatcher {
  readonly #entries = new Map<string, Entry>();
  readonly #value: (name: string, value: number) => void;
  readonly #warn: (message: string) => void;

  constructor(value: (name: string, value: number) => void, warn: (message: string) => void) {
    this.#value = value;
    this.#warn = warn;
  }

  configure(files: readonly TrackedFile[]): void {
    for (const [name, { file }] of this.#entries)
      if (!files.some((next) => JSON.stringify(next) === JSON.stringify(file))) this.#remove(name);
    for (const file of files) {
      if (this.#entries.has(file.name)) continue;
      initialiseTrackedFile(file.path, file.initial, this.#warn);
      this.#entries.set(file.name, { file, watcher: this.#watch(file) });
      this.#tell(file);
    }
  }

  stop(): void {
    for (const name of [...this.#entries.keys()]) this.#remove(name);
  }

  /** The folder is watched, because editors replace files. */
  #watch(file: TrackedFile): FSWatcher | undefined {
    try {
      return watch(dirname(file.path), (_, name) => {
        if (name === null || name === basename(file.path)) this.#tell(file);
      });
    } catch (error) {
      this.#warn(
        `Cannot follow the tracked file ${file.path}: ${error instanceof Error ? error.message : String(error)}`,
      );
      return undefined;
    }
  }

  #tell({ name, path }: TrackedFile): void {
    let value = 0;
    try {
      value = Number.parseInt(readFileSync(path, 'utf8'), 10);
    } catch {
      // It is not there.
    }
    this.#value(name, Number.isNaN(value) ? 0 : value);
  }

  #remove(name: string): void {
    this.#entries.get(name)?.watcher?.close();
    this.#entries.delete(name);
  }
}

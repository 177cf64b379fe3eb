import { readdir } from 'node:fs/promises';
import { lookupService } from 'node:dns/promises';
import type { Checker } from '../../engine/checks/checker.ts';

/** ldirectord looks before every check; a second is as often as anyone checks. */
const lookEveryMs = 1000;
/** How long a host name counts, in milliseconds. */
const namesForMs = 60_000;

type Found = (directory: string, files: ReadonlySet<string>, namesOf: (address: string) => readonly string[]) => void;

/** Looks into the maintenance directories while a configuration has any. */
export class MaintenanceWatch {
  readonly #checker: Checker;
  readonly #found: Found;
  readonly #names = new Map<string, { at: number; names: readonly string[] }>();
  readonly #seen = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #learning = false;

  constructor(checker: Checker, found: Found) {
    this.#checker = checker;
    this.#found = found;
  }

  /** A configuration was taken: what is in the directories has to be told anew. */
  start(): void {
    this.stop();
    this.#seen.clear();
    if (this.#checker.maintenanceDirectories.length > 0) void this.#look();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    const timer = setTimeout(() => void this.#look(), lookEveryMs);
    this.#timer = timer;
    for (const directory of this.#checker.maintenanceDirectories) {
      const files = await list(directory);
      // Names are asked for only when there is a file that is no address, and nobody waits for them.
      if (files.some((file) => /^[a-z]/i.test(file))) void this.#learnNames();
      const key = files.join('/');
      if (this.#timer !== timer || this.#seen.get(directory) === key) continue;
      this.#seen.set(directory, key);
      this.#found(directory, new Set(files), (address) => this.#names.get(address)?.names ?? []);
    }
  }

  async #learnNames(): Promise<void> {
    if (this.#learning) return;
    this.#learning = true;
    const addresses = new Set(this.#checker.serverStatus().map(({ server }) => server.address));
    for (const address of addresses) {
      if (this.#timer === undefined) break;
      const known = this.#names.get(address);
      if (known && known.at > Date.now() - namesForMs) continue;
      // One after the other: the C library's resolver takes a thread of the pool that files are read in as well.
      const names = await namesOf(address);
      this.#names.set(address, { at: Date.now(), names });
      // What is in the directories may mean something else now.
      if (names.join() !== (known?.names ?? []).join()) this.#seen.clear();
    }
    this.#learning = false;
  }
}

/** Empty when there is no such directory, as ldirectord takes it. */
async function list(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch {
    return [];
  }
}

/** The full name and its first part, both of which a file may be called. */
async function namesOf(address: string): Promise<readonly string[]> {
  try {
    const { hostname } = await lookupService(address, 0);
    return [hostname, hostname.replace(/\..*$/, '')];
  } catch {
    return [];
  }
}

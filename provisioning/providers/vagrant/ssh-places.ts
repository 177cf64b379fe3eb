import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { SshPlace } from './ssh-config.ts';

const placesSchema = z.record(z.string(), z.object({ host: z.string(), port: z.number().int() }));

/** Where each machine's SSH server is, as Vagrant said; kept in a file, because Vagrant needs seconds to say it. */
export class SshPlaces {
  readonly #file: string;
  readonly #learn: (machines: readonly string[]) => Promise<Map<string, SshPlace>>;
  readonly #places = new Map<string, SshPlace>();
  #written = Promise.resolve();

  constructor(file: string, learn: (machines: readonly string[]) => Promise<Map<string, SshPlace>>) {
    this.#file = file;
    this.#learn = learn;
  }

  get(machine: string): SshPlace | undefined {
    return this.#places.get(machine);
  }

  /** Asks Vagrant only about those that are not known. */
  async complete(machines: readonly string[]): Promise<void> {
    const unknown = machines.filter((machine) => !this.#places.has(machine));
    if (unknown.length > 0) await this.learn(unknown);
  }

  /** Asks Vagrant: a machine that was made, or started anew, may be somewhere else. */
  async learn(machines: readonly string[]): Promise<void> {
    for (const [machine, place] of await this.#learn(machines)) this.#places.set(machine, place);
    // Several machines are started at once; one file is written after the other.
    this.#written = this.#written.then(() => this.#write());
    await this.#written;
  }

  #write(): Promise<void> {
    return writeFile(this.#file, JSON.stringify(Object.fromEntries(this.#places)), { mode: 0o600 });
  }

  /** What was learned before: also by an engine that has died. */
  async read(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch(() => '{}');
    const known = placesSchema.safeParse(parseJson(text));
    for (const [machine, place] of Object.entries(known.data ?? {})) this.#places.set(machine, place);
  }
}

/** A file that was cut short says nothing. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

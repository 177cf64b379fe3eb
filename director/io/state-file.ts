import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { VirtualAddress } from '../engine/vrrp/configuration.ts';

/** What a running director may have added to the machine; written before anything of it is added. */
export interface DirectorState {
  readonly pid: number;
  readonly addresses: readonly VirtualAddress[];
  /** nf_tables tables of family ip. */
  readonly tables: readonly string[];
  /** Values before ours: name under /proc/sys → value. */
  readonly sysctls: Readonly<Record<string, string>>;
}

/** Survives the death of the director, so that the next one can remove what this one left. */
export class StateFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Undefined when there is none, or none that can be read: an unreadable one was never complete, so nothing was added. */
  read(): DirectorState | undefined {
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8')) as DirectorState;
    } catch {
      return undefined;
    }
  }

  /** Replaces the file at one stroke. */
  write(state: DirectorState): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    const draft = `${this.#path}.new`;
    writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(draft, this.#path);
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

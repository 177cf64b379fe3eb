import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';

/**
 * Which servers balancing goes among: all active ones, or when none is left the first backup server, or all of those with
 * `option allbackups`. It is what was last looked at; `refresh` looks again.
 */
export class ServerGroup {
  active: readonly ServerRuntime[] = [];
  backups: readonly ServerRuntime[] = [];
  /** The only backup server that gets any; undefined with `allbackups`. */
  firstBackup: ServerRuntime | undefined;
  readonly #backend: BackendRuntime;

  constructor(backend: BackendRuntime) {
    this.#backend = backend;
    this.refresh();
  }

  refresh(): void {
    const usable = this.#backend.servers.filter((server) => server.usable);
    this.active = usable.filter(({ settings }) => !settings.backup);
    this.backups = usable.filter(({ settings }) => settings.backup);
    this.firstBackup = this.#backend.back.allBackups ? undefined : this.backups[0];
  }

  /** How many there are to choose from. */
  get size(): number {
    if (this.active.length > 0) return this.active.length;
    return this.firstBackup === undefined ? this.backups.length : 1;
  }

  /** The server that gets all there is, without any choice: a backup server. */
  get only(): ServerRuntime | undefined {
    return this.active.length === 0 ? this.firstBackup : undefined;
  }

  /** Whether balancing could choose it at this moment. */
  includes(server: ServerRuntime): boolean {
    if (!server.usable) return false;
    if (!server.settings.backup) return true;
    return this.active.length === 0 && (this.firstBackup === undefined || this.firstBackup === server);
  }
}

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ServiceKey, SyncDaemon, TableCommand } from '../../api/table.ts';

/** What a director has in a kernel's table, which outlives the director. */
export interface KernelWork {
  readonly services: readonly ServiceKey[];
  readonly daemons: readonly SyncDaemon['role'][];
}

/** The commands that take it away again. */
export function undoing({ services, daemons }: KernelWork): TableCommand[] {
  return [
    ...services.map((service) => ({ type: 'delete-service' as const, service })),
    ...daemons.map((role) => ({ type: 'stop-sync' as const, role })),
  ];
}

/** A file that says what of the kernel's table is ours; written before anything is added, so that a killed director's can go. */
export class WorkJournal {
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Undefined when there is none, or none that can be read: an unreadable one was never complete, so nothing was added. */
  read(): KernelWork | undefined {
    try {
      return JSON.parse(readFileSync(this.path, 'utf8')) as KernelWork;
    } catch {
      return undefined;
    }
  }

  /** Replaces the file at one stroke. */
  write(work: KernelWork): void {
    mkdirSync(dirname(this.path), { recursive: true });
    const draft = `${this.path}.new`;
    writeFileSync(draft, `${JSON.stringify(work)}\n`, { mode: 0o600, flush: true });
    renameSync(draft, this.path);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

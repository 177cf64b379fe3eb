import type { TableCommand, TableResult } from '../../api/table.ts';
import type { ServiceTable } from '../../engine/ipvs/service-table.ts';
import type { SyncDaemons } from './daemons.ts';

export type SyncCommand = Extract<TableCommand, { type: 'start-sync' | 'stop-sync' }>;

export function isSyncCommand(command: TableCommand): command is SyncCommand {
  return command.type === 'start-sync' || command.type === 'stop-sync';
}

/** Starts or stops a daemon, and has the table say so: it refuses servers of another family while one runs. */
export function executeSync(
  command: SyncCommand,
  services: ServiceTable,
  daemons: SyncDaemons,
  now: number,
): TableResult {
  if (command.type === 'stop-sync') {
    const result = daemons.stop(command.role);
    if (result.ok) services.execute(command, now);
    return result;
  }
  const { role } = command.daemon;
  const result = daemons.start(command.daemon, now);
  if (!result.ok) return result;
  // The table lists the length that is in effect.
  const running = daemons.daemons.find((daemon) => daemon.role === role) ?? command.daemon;
  const listed = services.execute({ type: 'start-sync', daemon: running }, now);
  if (!listed.ok) daemons.stop(role);
  return listed;
}

import type { TableCommand } from '../../api/table.ts';
import type { Log } from '../log.ts';
import { undoing, type WorkJournal } from './journal.ts';
import { KernelTable } from './kernel-table.ts';

/**
 * Takes out of the kernel's table what the journal says a killed director has left there. Returns what was still there, in words.
 * Connections of servers that are added again go on: the kernel keeps a server as long as it has entries (ip_vs_trash_get_dest).
 */
export function removeKernelWork(
  journal: WorkJournal,
  log: Log,
  open: () => Pick<KernelTable, 'execute' | 'close'> | undefined = () => KernelTable.open(),
): string[] {
  const work = journal.read();
  const kernel = work === undefined ? undefined : open();
  const removed =
    kernel === undefined || work === undefined ? [] : undoing(work).filter((one) => undo(kernel, one, log));
  kernel?.close();
  journal.remove();
  const daemons = removed.filter(({ type }) => type === 'stop-sync').length;
  return [...counted(removed.length - daemons, 'virtual service'), ...counted(daemons, 'sync daemon')];
}

/** True when it was still there. */
function undo(kernel: Pick<KernelTable, 'execute'>, command: TableCommand, log: Log): boolean {
  const result = kernel.execute(command);
  if (!result.ok && result.errno !== 'ESRCH') log('warn', `Clearing the kernel's IPVS: ${result.message}`);
  return result.ok;
}

function counted(count: number, what: string): string[] {
  return count === 0 ? [] : [`${String(count)} ${what}${count === 1 ? '' : 's'} of the kernel's IPVS`];
}

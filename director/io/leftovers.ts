import { errorMessage } from './errors.ts';
import { WorkJournal } from './ipvs-plane/journal.ts';
import { removeKernelWork } from './ipvs-plane/leftovers.ts';
import type { Log } from './log.ts';
import { deleteTable } from './netlink/nftables.ts';
import { RouteSocket } from './netlink/route.ts';
import { TABLE as planeTable } from './plane/rules.ts';
import { paths } from './paths.ts';
import type { DirectorState } from './state-file.ts';
import { writeSysctl } from './sysctl.ts';

/**
 * Removes everything that the state says may have been added, and the plane's rules. Whatever is gone already is fine; what cannot be removed is
 * logged, and the rest goes on. Returns what was still there.
 */
export function removeLeftovers({ addresses, tables, sysctls }: DirectorState, log: Log): string[] {
  const removed: string[] = [];
  const attempt = (what: string, remove: () => boolean): void => {
    try {
      if (remove()) removed.push(what);
    } catch (error) {
      log('warn', `Could not remove ${what}: ${errorMessage(error)}`);
    }
  };
  const route = new RouteSocket();
  try {
    const indexes = new Map(route.interfaces().map(({ name, index }) => [name, index]));
    for (const address of addresses)
      attempt(`address ${address.address} on ${address.interface}`, () => {
        const index = indexes.get(address.interface);
        return index !== undefined && route.removeAddress(address, index);
      });
  } finally {
    route.close();
  }
  for (const table of tables) attempt(`table ip ${table}`, () => deleteTable('ip', table));
  // Whoever left it: the next configuration may have no virtual servers, and then no plane would ever clear it away.
  attempt(`table netdev ${planeTable}`, () => deleteTable('netdev', planeTable));
  try {
    removed.push(...removeKernelWork(new WorkJournal(paths.kernelWorkFile), log));
  } catch (error) {
    log('warn', `Could not clear the kernel's IPVS: ${errorMessage(error)}`);
  }
  for (const [name, value] of Object.entries(sysctls))
    attempt(`the value of ${name}`, () => {
      writeSysctl(name, value);
      return false;
    });
  return removed;
}

import { errorMessage } from './errors.ts';
import type { Log } from './log.ts';
import { deleteTable } from './netlink/nftables.ts';
import { RouteSocket } from './netlink/route.ts';
import type { DirectorState } from './state-file.ts';
import { writeSysctl } from './sysctl.ts';

/**
 * Removes everything that the state says may have been added. Whatever is gone already is fine; what cannot be removed is
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
  for (const table of tables) attempt(`table ip ${table}`, () => deleteTable(table));
  for (const [name, value] of Object.entries(sysctls))
    attempt(`the value of ${name}`, () => {
      writeSysctl(name, value);
      return false;
    });
  return removed;
}

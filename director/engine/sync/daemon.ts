import type { SyncDaemon } from '../../api/table.ts';
import { parseAddress } from '../address.ts';

const IPV4_HEADERS = 28;
const IPV6_HEADERS = 48;
const LARGEST_DATAGRAM = 65_535;
const ETHERNET_MTU = 1500;
/** A backup takes at least so much, whatever it was told. */
const BACKUP_MINIMUM = 1024;

/** The largest UDP payload of a daemon on an interface of this MTU (start_sync_thread). */
export function effectiveLength({ role, maximumLength, group }: SyncDaemon, mtu: number): number {
  const headers = parseAddress(group)?.family === 6 ? IPV6_HEADERS : IPV4_HEADERS;
  const isBackup = role === 'backup';
  if (maximumLength > 0) return clamp(maximumLength, isBackup ? BACKUP_MINIMUM : 1, LARGEST_DATAGRAM - headers);
  // Masters stay below the MTU of a backup that may have a smaller one than they have.
  return (isBackup ? clamp(mtu, ETHERNET_MTU, LARGEST_DATAGRAM) : ETHERNET_MTU) - headers;
}

/** undefined: a group that messages can be sent to. Otherwise what is wrong with it. */
export function groupProblem(group: string): string | undefined {
  const address = parseAddress(group);
  if (address === undefined) return `The sync group ${group} is not an address`;
  const isMulticast =
    address.family === 4 ? (address.words[3] ?? 0) >>> 28 === 0xe : (address.words[0] ?? 0) >>> 24 === 0xff;
  return isMulticast ? undefined : `The sync group ${group} is not a multicast address`;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

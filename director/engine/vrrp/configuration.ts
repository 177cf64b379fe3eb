import { parseAddress, type Family } from '../address.ts';

/** One address that moves with a virtual router, with what `ip address add` takes for it. */
export interface VirtualAddress {
  readonly address: string;
  readonly prefixLength: number;
  /** The interface that carries it. */
  readonly interface: string;
  /** IPv4 only. */
  readonly broadcast?: string;
  /** IPv4 only, as `eth0:1`; at most 15 characters. */
  readonly label?: string;
  /** rtnetlink(7): 0 global, 200 site, 253 link, 254 host. Absent: global. */
  readonly scope?: number;
  /** The link of its interface does not count for the instance. */
  readonly untracked?: boolean;
}

/** How the neighbours' tables are refreshed after a take-over; names follow keepalived.conf(5), times in milliseconds. */
export interface GratuitousArpConfiguration {
  readonly repeat: number;
  /** The second burst comes this long after the first; 0 = no second burst. */
  readonly delayMs: number;
  /** A periodic burst while MASTER; 0 = none. */
  readonly refreshMs: number;
  readonly refreshRepeat: number;
  /** After a weaker master was heard; absent: as `repeat`. 0 = no announcement then. */
  readonly lowerPriorityRepeat?: number;
  /** Absent: as `delayMs`. */
  readonly lowerPriorityDelayMs?: number;
  /** Between two gratuitous ARPs of an instance; absent or 0: back to back. */
  readonly intervalMs?: number;
  /** The same for unsolicited neighbour advertisements. */
  readonly neighbourIntervalMs?: number;
}

/** Adverts to named peers in place of the multicast group. */
export interface UnicastConfiguration {
  readonly peers: readonly { readonly address: string; readonly minTtl?: number; readonly maxTtl?: number }[];
  /** TTL or hop limit of what we send. */
  readonly ttl: number;
  /** Adverts from others than the peers are refused. */
  readonly checkSource: boolean;
}

/**
 * Something whose state counts for an instance. Weight 0: a failure is a FAULT of the instance. Otherwise a positive weight
 * is added while it is well, a negative one while it is not; a file's number is multiplied by its weight and added.
 * `reverse` turns well and not well, and the sign, round.
 */
export interface Tracker {
  readonly kind: 'interface' | 'script' | 'file';
  readonly name: string;
  readonly weight: number;
  readonly reverse: boolean;
}

/** A program with its parameters, and the account that it runs under (absent: ours). */
export interface Command {
  readonly words: readonly string[];
  readonly user?: string;
  readonly group?: string;
}

/** Programs to run when a state is entered; `any` runs after the others with TYPE NAME STATE PRIORITY added. */
export interface NotifyScripts {
  readonly master?: Command;
  readonly backup?: Command;
  readonly fault?: Command;
  readonly stop?: Command;
  readonly deleted?: Command;
  readonly masterReceivedLowerPriority?: Command;
  readonly any?: Command;
}

/** A virtual router as this director takes part in it (RFC 9568 section 6.1; RFC 3768 for version 2). */
export interface VrrpInstanceConfiguration {
  readonly name: string;
  readonly version: 2 | 3;
  readonly interface: string;
  readonly vrid: number;
  /** 1–255; 255 = owner of the addresses. */
  readonly priority: number;
  readonly advertIntervalMs: number;
  /** Only a hint: every instance starts in BACKUP, this one takes over sooner if nobody is heard. */
  readonly startsAs: 'MASTER' | 'BACKUP';
  readonly preempt: boolean;
  readonly preemptDelayMs: number;
  /** All of one family, which is the family that the instance speaks; these are named in the adverts. */
  readonly virtualAddresses: readonly VirtualAddress[];
  /** They move too, but adverts do not name them; of either family. */
  readonly excludedAddresses?: readonly VirtualAddress[];
  /** Version 2 only: the PASS authentication of RFC 2338; at most 8 bytes count. */
  readonly password?: string;
  readonly gratuitousArp: GratuitousArpConfiguration;
  readonly syncGroup?: string;
  /** The address that adverts come from; absent: the interface's primary (IPv6: link-local) address. */
  readonly sourceAddress?: string;
  /** Absent: 224.0.0.18 and ff02::12. */
  readonly multicastGroup?: string;
  readonly unicast?: UnicastConfiguration;
  /** Version 3 over IPv4: leave the pseudo-header out of the checksum, as RFC 9568 section 5.2.8 allows peers to. */
  readonly checksumAsVersion2?: boolean;
  /** The address list is looked at only in the first of several adverts from one master. */
  readonly skipAddressCheck?: boolean;
  /** A weaker master is not answered with an advert. */
  readonly lowerPriorityNoAdvert?: boolean;
  /** A master that hears a stronger one sends an advert before it leaves. */
  readonly higherPrioritySendAdvert?: boolean;
  /** Adverts that may be lost before the master counts as dead; absent: 3. */
  readonly downTimerAdverts?: number;
  /** The state of the instance's own interface does not count. */
  readonly ignoreInterfaceState?: boolean;
  readonly track?: readonly Tracker[];
  readonly notify?: NotifyScripts;
}

/** What belongs to a sync group as a whole; its members name it in `syncGroup`. */
export interface SyncGroupConfiguration {
  readonly name: string;
  readonly track?: readonly Tracker[];
  readonly notify?: NotifyScripts;
  /** Weights of the members' own trackers count; otherwise a failure there is a FAULT, as keepalived has it. */
  readonly memberWeights?: boolean;
}

/** A program that is run every `intervalMs` and whose exit status is a verdict. */
export interface TrackedScript {
  readonly name: string;
  readonly command: Command;
  readonly intervalMs: number;
  /** A run that takes longer has failed. */
  readonly timeoutMs: number;
  /** Successes in a row that make it well, failures in a row that make it not well. */
  readonly rise: number;
  readonly fall: number;
  /** Counts as failed until it has succeeded `rise` times; otherwise its first result decides. */
  readonly startsFailed: boolean;
}

/** A file that holds a number. */
export interface TrackedFile {
  readonly name: string;
  readonly path: string;
  /** Written at the start; `overwrite`: also when the file is there already. */
  readonly initial?: { readonly value: number; readonly overwrite: boolean };
}

/** What VRRP takes part in, and what its instances depend on. */
export interface VrrpConfiguration {
  readonly instances: readonly VrrpInstanceConfiguration[];
  readonly syncGroups?: readonly SyncGroupConfiguration[];
  readonly scripts?: readonly TrackedScript[];
  readonly files?: readonly TrackedFile[];
  /** Named pipes that get a line for each change of state, with `TYPE "NAME" STATE PRIORITY`. */
  readonly notifyFifos?: readonly string[];
}

/** The family that an instance speaks: that of its addresses. */
export function familyOf({ virtualAddresses }: VrrpInstanceConfiguration): Family {
  return virtualAddresses[0]?.address.includes(':') ? 6 : 4;
}

/** All addresses that move with an instance. */
export function addressesOf(instance: VrrpInstanceConfiguration): VirtualAddress[] {
  return [...instance.virtualAddresses, ...(instance.excludedAddresses ?? [])];
}

/** Those of `all` that are not among `some`, with all that `ip address` would show of them. */
export function without(all: readonly VirtualAddress[], some: readonly VirtualAddress[]): VirtualAddress[] {
  const key = (item: VirtualAddress): string =>
    JSON.stringify([item.address, item.prefixLength, item.interface, item.label, item.scope, item.broadcast]);
  const known = new Set(some.map(key));
  return all.filter((item) => !known.has(key(item)));
}

/** Same text or not: `fe80::1` is `FE80:0::1`. */
export function isSameAddress(left: string, right: string): boolean {
  return left === right || compareAddresses(left, right) === 0;
}

/** Negative, zero or positive, as numbers in network order; anything that is no address comes first. */
export function compareAddresses(left: string, right: string): number {
  const [a, b] = [parseAddress(left)?.words ?? [], parseAddress(right)?.words ?? []];
  for (const [index, word] of a.entries()) if (word !== b[index]) return word - (b[index] ?? -1);
  return a.length - b.length;
}

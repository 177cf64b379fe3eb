import type { VrrpState } from '../../api/snapshot.ts';
import type { VrrpAction } from './action.ts';
import type { VrrpInstanceConfiguration } from './configuration.ts';
import { VrrpGroup } from './group.ts';
import type { VrrpMachine } from './machine.ts';
import {
  checkAgainstInstance,
  receivePacket,
  sameAddresses,
  type ReceivedAdvert,
  type ReceiveProblem,
} from './receive.ts';

export interface InstanceStatus {
  readonly configuration: VrrpInstanceConfiguration;
  readonly state: VrrpState;
  /** On the engine's clock. */
  readonly since: number;
  readonly masterAddress?: string;
}

export type PacketVerdict =
  | { readonly instance: string; readonly advert: ReceivedAdvert; readonly actions: VrrpAction[] }
  | { readonly problem: ReceiveProblem; readonly actions: VrrpAction[] };

/** All VRRP instances of a director. Pure: packets, interface states and the time go in, actions come out. */
export class VrrpRouter {
  #groups: VrrpGroup[];
  /** Packets not taken (and, for `address-list` in version 3, taken all the same), by reason. */
  readonly #problems = new Map<ReceiveProblem, number>();
  readonly #addresses = new Map<string, string>();

  constructor(configurations: readonly VrrpInstanceConfiguration[], now: number) {
    this.#groups = grouped(configurations).map((members) => new VrrpGroup(members, now));
  }

  /** When `tick` wants to be called next; Infinity for never. */
  get nextTimeoutAt(): number {
    return Math.min(Infinity, ...this.#groups.map((group) => group.nextTimeoutAt));
  }

  get receiveProblems(): ReadonlyMap<ReceiveProblem, number> {
    return this.#problems;
  }

  start(now: number): VrrpAction[] {
    return this.#groups.flatMap((group) => group.start(now));
  }

  stop(now: number): VrrpAction[] {
    return this.#groups.flatMap((group) => group.stop(now, 'stopped'));
  }

  tick(now: number): VrrpAction[] {
    return this.#groups.flatMap((group) => group.tick(now));
  }

  setAddress(device: string, address: string | undefined, now: number): VrrpAction[] {
    if (address === undefined) this.#addresses.delete(device);
    else this.#addresses.set(device, address);
    return this.#groups.flatMap((group) => group.setAddress(device, address, now));
  }

  /** A packet of IP protocol 112 that arrived on `device`, from its IP header on. */
  receive(device: string, packet: Uint8Array, now: number): PacketVerdict {
    const received = receivePacket(packet);
    if (typeof received === 'string') return this.#refuse(received);
    const found = this.#find(device, received.advert.vrid);
    if (!found) return this.#refuse('unknown-vrid');
    const { group, member } = found;
    const problem = checkAgainstInstance(received, member.configuration, member.address ?? '');
    if (problem !== undefined) return this.#refuse(problem);
    if (!sameAddresses(received.advert, member.configuration)) this.#count('address-list');
    return { instance: member.configuration.name, advert: received, actions: group.hear(member, received, now) };
  }

  /** Groups with the same members live on with new settings; others stop, and new ones start. */
  reconfigure(configurations: readonly VrrpInstanceConfiguration[], now: number): VrrpAction[] {
    const actions: VrrpAction[] = [];
    const next = grouped(configurations).map((members) => {
      const known = this.#groups.find((group) => sameRouters(group, members));
      if (known) actions.push(...known.reconfigure(members));
      return known ?? members;
    });
    for (const group of this.#groups)
      if (!next.includes(group)) actions.push(...group.stop(now, 'no longer configured'));
    this.#groups = next.map((entry) => {
      if (entry instanceof VrrpGroup) return entry;
      const group = new VrrpGroup(entry, now);
      for (const [device, address] of this.#addresses) group.setAddress(device, address, now);
      actions.push(...group.start(now));
      return group;
    });
    return actions;
  }

  status(): InstanceStatus[] {
    return this.#groups.flatMap(({ members }) =>
      members.map(({ configuration, state, since, masterAddress }) => ({
        configuration,
        state,
        since,
        ...(masterAddress === undefined ? {} : { masterAddress }),
      })),
    );
  }

  #find(device: string, vrid: number): { group: VrrpGroup; member: VrrpMachine } | undefined {
    for (const group of this.#groups)
      for (const member of group.members) {
        const { configuration } = member;
        if (configuration.interface === device && configuration.vrid === vrid) return { group, member };
      }
    return undefined;
  }

  #refuse(problem: ReceiveProblem): PacketVerdict {
    this.#count(problem);
    return { problem, actions: [] };
  }

  #count(problem: ReceiveProblem): void {
    this.#problems.set(problem, (this.#problems.get(problem) ?? 0) + 1);
  }
}

/** Members of a sync group together, each other instance alone; in the order of the file. */
function grouped(configurations: readonly VrrpInstanceConfiguration[]): VrrpInstanceConfiguration[][] {
  const groups = new Map<string, VrrpInstanceConfiguration[]>();
  for (const configuration of configurations) {
    const { syncGroup, name } = configuration;
    const key = syncGroup === undefined ? `instance ${name}` : `group ${syncGroup}`;
    groups.set(key, [...(groups.get(key) ?? []), configuration]);
  }
  return [...groups.values()];
}

function sameRouters(group: VrrpGroup, configurations: readonly VrrpInstanceConfiguration[]): boolean {
  const identity = ({ name, vrid, version, interface: device, syncGroup = '' }: VrrpInstanceConfiguration): string =>
    [name, vrid, version, device, syncGroup].join('\n');
  const wanted = configurations.map(identity).sort();
  const present = group.members.map(({ configuration }) => identity(configuration)).sort();
  return wanted.length === present.length && wanted.every((value, index) => value === present[index]);
}

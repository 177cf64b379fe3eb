import type { VrrpState } from '../../api/snapshot.ts';
import { inOrder, type VrrpAction } from './action.ts';
import { familyOf, type VrrpConfiguration, type VrrpInstanceConfiguration } from './configuration.ts';
import { VrrpGroup } from './group.ts';
import { VrrpMachine } from './machine.ts';
import {
  checkAgainstInstance,
  receivePacket,
  sameAddresses,
  type ReceivedAdvert,
  type ReceiveProblem,
} from './receive.ts';
import { ScriptCounter, type ScriptResult } from './script.ts';
import { interfacesOf, type Facts, type LinkState } from './tracking.ts';

export interface InstanceStatus {
  readonly configuration: VrrpInstanceConfiguration;
  readonly state: VrrpState;
  /** With the weights of what is tracked. */
  readonly priority: number;
  /** On the engine's clock. */
  readonly since: number;
  readonly masterAddress?: string;
}

export type PacketVerdict =
  | { readonly instance: string; readonly advert: ReceivedAdvert; readonly actions: VrrpAction[] }
  | { readonly problem: ReceiveProblem; readonly actions: VrrpAction[] };

interface Member {
  readonly group: VrrpGroup;
  readonly member: VrrpMachine;
}

/**
 * All VRRP instances of a director. Pure: packets, interface states, results of scripts and the time go in, actions come
 * out.
 */
export class VrrpRouter {
  #configuration: VrrpConfiguration;
  #groups: VrrpGroup[];
  /** Packets not taken (and, for `address-list` in version 3, taken all the same), by reason. */
  readonly #problems = new Map<ReceiveProblem, number>();
  readonly #links = new Map<string, LinkState>();
  /** What was last told of each interface. */
  readonly #toldLinks = new Map<string, string>();
  readonly #scripts = new Map<string, ScriptCounter>();
  readonly #files = new Map<string, number>();
  #yielding = false;
  readonly #facts: Facts = {
    link: (device) => this.#links.get(device),
    script: (name) => this.#scripts.get(name)?.up,
    file: (name) => this.#files.get(name) ?? 0,
    yielding: () => this.#yielding,
  };

  constructor(configuration: VrrpConfiguration, now: number) {
    this.#configuration = configuration;
    this.#takeScripts();
    this.#groups = this.#makeGroups((instance) => new VrrpMachine(instance, now));
  }

  /** When `tick` wants to be called next; Infinity for never. */
  get nextTimeoutAt(): number {
    return Math.min(Infinity, ...this.#groups.map((group) => group.nextTimeoutAt));
  }

  get receiveProblems(): ReadonlyMap<ReceiveProblem, number> {
    return this.#problems;
  }

  /** The interfaces that `setLink` is to be told of. */
  get interfaces(): string[] {
    const devices = this.#members().flatMap(({ group, member }) =>
      interfacesOf(member.configuration, group.trackersOf(member.configuration)),
    );
    return [...new Set(devices)];
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

  /** Undefined: there is no such interface. */
  setLink(device: string, link: LinkState | undefined, now: number): VrrpAction[] {
    const news = this.#linkNews(device, link);
    if (link === undefined) this.#links.delete(device);
    else this.#links.set(device, link);
    return [...news, ...this.#review(now, link?.up ? `${device} is up` : `${device} is down`)];
  }

  /** That an interface is up when it is first seen is nothing to tell. */
  #linkNews(device: string, link: LinkState | undefined): VrrpAction[] {
    const up = link?.up ?? false;
    const reason = link === undefined ? 'there is no such interface' : up ? 'it is up' : 'it is off, or has no carrier';
    const before = this.#toldLinks.get(device);
    this.#toldLinks.set(device, reason);
    if (before === reason || (before === undefined && up)) return [];
    return [{ type: 'link', device, up, reason }];
  }

  /** One run of a tracked script has ended. */
  scriptResult(name: string, result: ScriptResult, now: number): VrrpAction[] {
    const counter = this.#scripts.get(name);
    if (!counter?.record(result)) return [];
    const up = counter.up ?? false;
    const verdict: VrrpAction = { type: 'script', name, up, reason: result.detail };
    return [verdict, ...this.#review(now, `script ${name} ${up ? 'succeeds' : 'fails'}`)];
  }

  /** The number that a tracked file holds now. */
  fileValue(name: string, value: number, now: number): VrrpAction[] {
    if ((this.#files.get(name) ?? 0) === value) return [];
    this.#files.set(name, value);
    return this.#review(now, `file ${name} says ${value}`);
  }

  /**
   * Every instance goes down to priority 1, the least of RFC 9568 section 5.2.4, and goes on as it is: a backup that preempts
   * finds a weaker master and takes over while this one still forwards, which priority 0 would not let it do. Or back again.
   */
  yield(yielding: boolean, now: number): VrrpAction[] {
    if (this.#yielding === yielding) return [];
    this.#yielding = yielding;
    return this.#review(now, yielding ? 'handing over' : 'taking back');
  }

  /** A packet of IP protocol 112 that arrived on `device`, from its IP header on. */
  receive(device: string, packet: Uint8Array, now: number): PacketVerdict {
    const received = receivePacket(packet);
    if (typeof received === 'string') return this.#refuse(received);
    const found = this.#find(device, received);
    if (!found) return this.#refuse('unknown-vrid');
    const { group, member } = found;
    const problem = checkAgainstInstance(received, member.configuration, member.address ?? '', member.masterAddress);
    if (problem !== undefined) return this.#refuse(problem);
    if (!sameAddresses(received.advert, member.configuration)) this.#count('address-list');
    return { instance: member.configuration.name, advert: received, actions: group.hear(member, received, now) };
  }

  /** Virtual routers that are in both configurations keep their state; others stop, and new ones start. */
  reconfigure(configuration: VrrpConfiguration, now: number): VrrpAction[] {
    const old = this.#members();
    const kept = new Set<VrrpMachine>();
    this.#configuration = configuration;
    this.#takeScripts();
    const changes: VrrpAction[] = [];
    const groups = this.#makeGroups((instance) => {
      const known = old.find(({ member }) => isSameRouter(member.configuration, instance) && !kept.has(member))?.member;
      if (!known) return new VrrpMachine(instance, now);
      kept.add(known);
      changes.push(...known.reconfigure(instance, now));
      return known;
    });
    const gone = old
      .filter(({ member }) => !kept.has(member))
      .map(({ member }) => new VrrpGroup([member], this.#facts));
    this.#groups = groups;
    // Removed before added, across all of them: an address may move from one instance to another.
    return [
      ...gone.flatMap((group) => group.stop(now, 'no longer configured', true)),
      ...inOrder(changes),
      ...groups.flatMap((group) => group.start(now)),
    ];
  }

  status(): InstanceStatus[] {
    return this.#members().map(({ member: { configuration, state, priority, since, masterAddress } }) => ({
      configuration,
      state,
      priority,
      since,
      ...(masterAddress === undefined ? {} : { masterAddress }),
    }));
  }

  #members(): Member[] {
    return this.#groups.flatMap((group) => group.members.map((member) => ({ group, member })));
  }

  #review(now: number, what: string): VrrpAction[] {
    return this.#groups.flatMap((group) => group.review(now, what));
  }

  #takeScripts(): void {
    const { scripts = [] } = this.#configuration;
    for (const name of this.#scripts.keys()) if (!scripts.some((one) => one.name === name)) this.#scripts.delete(name);
    for (const script of scripts) {
      const known = this.#scripts.get(script.name);
      if (known) known.reconfigure(script);
      else this.#scripts.set(script.name, new ScriptCounter(script));
    }
  }

  /** Members of a sync group together, each other instance alone; in the order of the file. */
  #makeGroups(machine: (instance: VrrpInstanceConfiguration) => VrrpMachine): VrrpGroup[] {
    const { instances, syncGroups = [] } = this.#configuration;
    const groups = new Map<string, VrrpInstanceConfiguration[]>();
    for (const instance of instances) {
      const { syncGroup, name } = instance;
      const key = syncGroup === undefined ? `instance ${name}` : `group ${syncGroup}`;
      groups.set(key, [...(groups.get(key) ?? []), instance]);
    }
    return [...groups.values()].map((members) => {
      const name = members[0]?.syncGroup;
      const sync = name === undefined ? undefined : (syncGroups.find((group) => group.name === name) ?? { name });
      return new VrrpGroup(members.map(machine), this.#facts, sync);
    });
  }

  /** Of several instances with one identifier on an interface (keepalived.conf(5)), the one whose peer or group it is. */
  #find(device: string, received: ReceivedAdvert): Member | undefined {
    const family = received.source.includes(':') ? 6 : 4;
    const candidates = this.#members().filter(({ member: { configuration } }) => {
      const { interface: own, vrid } = configuration;
      return own === device && vrid === received.advert.vrid && familyOf(configuration) === family;
    });
    return (
      candidates.find(({ member }) => !checkAgainstInstance(received, member.configuration, member.address ?? '')) ??
      candidates[0]
    );
  }

  #refuse(problem: ReceiveProblem): PacketVerdict {
    this.#count(problem);
    return { problem, actions: [] };
  }

  #count(problem: ReceiveProblem): void {
    this.#problems.set(problem, (this.#problems.get(problem) ?? 0) + 1);
  }
}

/** Names may change; what peers see of a virtual router may not. */
function isSameRouter(left: VrrpInstanceConfiguration, right: VrrpInstanceConfiguration): boolean {
  const identity = (instance: VrrpInstanceConfiguration): string =>
    JSON.stringify([instance.interface, instance.vrid, instance.version, familyOf(instance)]);
  return identity(left) === identity(right);
}

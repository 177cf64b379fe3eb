import { addressesOf, familyOf, type Tracker, type VrrpInstanceConfiguration } from './configuration.ts';

/** An interface as VRRP sees it. `ipv4`, `ipv6`: the addresses to speak from, primary and link-local. */
export interface LinkState {
  readonly up: boolean;
  readonly ipv4?: string;
  readonly ipv6?: string;
}

/** What is known of the things that instances depend on. */
export interface Facts {
  link(device: string): LinkState | undefined;
  /** Undefined until the first result. */
  script(name: string): boolean | undefined;
  /** The number in a tracked file. */
  file(name: string): number;
  /** Whether every other router is to be better: see VrrpRouter.yield. */
  yielding(): boolean;
}

export interface Verdict {
  /** With all weights: 1–254, or 255 for the owner, whom no weight moves; 1 for one that yields. */
  readonly priority: number;
  /** Why the instance cannot take part. */
  readonly fault?: string;
  /** What has to answer before the instance may leave INIT. */
  readonly waitsFor?: string;
  /** The address that its adverts come from. */
  readonly source?: string;
}

interface Weighed {
  readonly weight: number;
  readonly fault?: string;
  readonly waitsFor?: string;
}

/** As vrrp_track.c of keepalived weighs what an instance tracks. */
export function judge(instance: VrrpInstanceConfiguration, trackers: readonly Tracker[], facts: Facts): Verdict {
  const source = instance.sourceAddress ?? primaryAddress(instance, facts);
  const weighed = trackers.map((tracker) => weigh(tracker, facts));
  const fault = interfaceFault(instance, source, facts) ?? weighed.find((one) => one.fault !== undefined)?.fault;
  const waitsFor = weighed.find((one) => one.waitsFor !== undefined)?.waitsFor;
  const total = weighed.reduce((sum, { weight }) => sum + weight, instance.priority);
  return {
    priority: facts.yielding() ? 1 : instance.priority === 255 ? 255 : Math.min(Math.max(total, 1), 254),
    ...(fault === undefined ? {} : { fault }),
    ...(waitsFor === undefined ? {} : { waitsFor }),
    ...(source === undefined ? {} : { source }),
  };
}

/** The interfaces whose state matters to an instance and its trackers. */
export function interfacesOf(instance: VrrpInstanceConfiguration, trackers: readonly Tracker[] = []): string[] {
  const tracked = trackers.filter(({ kind }) => kind === 'interface').map(({ name }) => name);
  return [instance.interface, ...addressesOf(instance).map((address) => address.interface), ...tracked];
}

function primaryAddress(instance: VrrpInstanceConfiguration, facts: Facts): string | undefined {
  const link = facts.link(instance.interface);
  return familyOf(instance) === 6 ? link?.ipv6 : link?.ipv4;
}

function interfaceFault(
  instance: VrrpInstanceConfiguration,
  source: string | undefined,
  facts: Facts,
): string | undefined {
  const { interface: device } = instance;
  if (!instance.ignoreInterfaceState) {
    if (!facts.link(device)?.up) return `${device} is down`;
    // The interfaces that carry addresses count as the instance's own one does.
    const others = addressesOf(instance).filter(({ untracked }) => untracked !== true);
    const down = others.find((address) => !facts.link(address.interface)?.up);
    if (down) return `${down.interface} is down, which carries ${down.address}`;
  }
  if (source !== undefined) return undefined;
  return `${device} has no ${familyOf(instance) === 6 ? 'IPv6 link-local' : 'IPv4'} address`;
}

function weigh(tracker: Tracker, facts: Facts): Weighed {
  const { kind, name, weight, reverse } = tracker;
  if (kind === 'file') return weighFile(tracker, facts.file(name));
  const up = kind === 'interface' ? (facts.link(name)?.up ?? false) : facts.script(name);
  if (up === undefined) return weight === 0 ? { weight: 0, waitsFor: `script ${name}` } : { weight: 0 };
  const sign = reverse ? -1 : 1;
  if (weight !== 0) return { weight: weight > 0 === up ? weight * sign : 0 };
  if (up !== reverse) return { weight: 0 };
  const words = kind === 'interface' ? (up ? 'up' : 'down') : up ? 'successful' : 'failing';
  return { weight: 0, fault: `tracked ${kind} ${name} is ${words}` };
}

/** keepalived.conf(5): the number times the weight; -254 and less, or weight 0 and any number but 0, is a FAULT. */
function weighFile({ name, weight, reverse }: Tracker, value: number): Weighed {
  const product = weight === 0 ? (value === 0 ? 0 : -254) : value * weight * (reverse ? -1 : 1);
  if (product <= -254) return { weight: 0, fault: `tracked file ${name} says ${value}` };
  return { weight: Math.min(product, 253) };
}

import { boxFor, knownBoxes } from '../../exporters/vagrant/boxes.ts';
import type { ResolvedInterface, ResolvedNode } from '../../resolved.ts';
import { mapAddresses } from './addresses.ts';
import {
  edited,
  first,
  machineNamed,
  networkCalled,
  note,
  saidOfAdapter,
  saidOfTitle,
  saidOfSetting,
  settingsIn,
  tell,
  titleIn,
} from './draft.ts';
import type { AdapterPair, Draft, Said } from './draft.ts';
import type { FoundAdapter, FoundMachine } from './model.ts';

/** Who makes the machines, and what of: these are choices of whoever starts the lab, not the testbed's. */
export function editChoices(draft: Draft): void {
  const { found, exported, options } = draft;
  const [one, ...others] = [...found.defaults.keys()];
  const at = one === undefined ? undefined : found.defaults.get(one);
  if (one !== undefined && at !== undefined) {
    const provider = others.length > 0 ? 'both' : one;
    if (provider !== options.provider) {
      note(draft, 'provider', 'provider', at, { from: options.provider, to: provider });
      draft.options = { ...draft.options, provider };
    }
  }
  for (const [provider, { box }] of found.defaults) {
    const before = exported.defaults.get(provider)?.box?.value;
    if (box === undefined || before === undefined || box.value === before) continue;
    const word = knownBoxes.find((known) => boxFor(known).names[provider] === box.value) ?? box.value;
    note(draft, 'box', provider, box, { from: before, to: box.value });
    draft.options = { ...draft.options, box: word };
    return;
  }
}

/** Machines that were exported and are still there. */
export function editMachines(draft: Draft): void {
  const addresses = new Map<string, string>();
  for (const machine of draft.found.machines) {
    const node = draft.testbed.nodes.find(({ name }) => name === machine.name);
    if (node === undefined || machineNamed(draft.exported, machine.name) === undefined) continue;
    const changed = editNode(draft, machine, node, addresses);
    draft.testbed = {
      ...draft.testbed,
      nodes: draft.testbed.nodes.map((each) => (each.name === changed.name ? changed : each)),
    };
  }
  // What refers to an address goes on referring to who had it: gateways, name servers, drills.
  if (addresses.size > 0) draft.testbed = mapAddresses(draft.testbed, (address) => addresses.get(address) ?? address);
}

function editNode(
  draft: Draft,
  machine: FoundMachine,
  node: ResolvedNode,
  addresses: Map<string, string>,
): ResolvedNode {
  const title = edited(saidOfTitle(draft, machine));
  const text = title === undefined ? node.title.en : titleIn(draft, title.value);
  if (title !== undefined) note(draft, 'title', node.name, title, { from: node.title.en, to: text });
  return {
    ...node,
    title: text === node.title.en ? node.title : { en: text, es: text, gl: text },
    machine: editSize(draft, machine, node),
    interfaces: editInterfaces(draft, machine, node, addresses),
  };
}

/** MiB that a machine of the testbed has with the chosen box. */
export function memoryWith(draft: Draft, memory: number): number {
  return Math.max(memory, boxFor(draft.options.box).minimumMemory);
}

export function processorsOf(value: number | undefined): { readonly processors?: number } {
  return value === undefined || value === 1 ? {} : { processors: value };
}

function editSize(draft: Draft, machine: FoundMachine, node: ResolvedNode): ResolvedNode['machine'] {
  const { memory, processors = 1 } = node.machine;
  const said = saidOfSetting(draft, machine, 'memory');
  const wanted = edited(said) ?? first(said);
  const size = { ...node.machine };
  if (wanted !== undefined && wanted.value !== memoryWith(draft, memory)) {
    note(draft, 'memory', node.name, wanted, { from: String(memory), to: String(wanted.value) });
    size.memory = wanted.value;
  }
  const count = edited(saidOfSetting(draft, machine, 'processors'));
  if (count === undefined) return size;
  note(draft, 'processors', node.name, count, { from: String(processors), to: String(count.value) });
  const { processors: _old, ...rest } = size;
  return { ...rest, ...processorsOf(count.value) };
}

/** Which adapter of now was which interface; those of all providers together. */
interface Alignment {
  readonly entry: ResolvedInterface | undefined;
  readonly pairs: readonly AdapterPair[];
}

function editInterfaces(
  draft: Draft,
  machine: FoundMachine,
  node: ResolvedNode,
  addresses: Map<string, string>,
): ResolvedInterface[] {
  const aligned = align(draft, machine, node);
  // What cannot be read stays as it was, and the comparison names it.
  if (aligned.length === 0 && settingsIn(machine).some(({ unread }) => unread === true)) return node.interfaces;
  const kept = new Set(aligned.map(({ entry }) => entry?.name));
  for (const { name } of node.interfaces) {
    if (!kept.has(name)) note(draft, 'adapter-removed', `${node.name} ${name}`, machine);
  }
  const renamed = aligned.length !== node.interfaces.length;
  const interfaces = aligned.flatMap(({ entry, pairs }, index) => {
    const subject = `${node.name} ${entry?.name ?? `eth${index}`}`;
    if (entry === undefined) {
      const made = makeInterface(draft, subject, pairs);
      const [at] = pairs;
      if (made !== undefined && at !== undefined) {
        note(draft, 'adapter-added', subject, at.now, { to: `${made.network}, ${made.address}` });
      }
      return made === undefined ? [] : [made];
    }
    return [editInterface(draft, { subject, entry, pairs, addresses })];
  });
  return renamed ? interfaces.map((entry, index) => ({ ...entry, name: `eth${index}` })) : interfaces;
}

function align(draft: Draft, machine: FoundMachine, node: ResolvedNode): Alignment[] {
  const before = machineNamed(draft.exported, machine.name);
  const all = [...machine.settings]
    .map(([provider, { adapters, unread }]) => ({
      ...{ now: adapters, unread },
      before: before?.settings.get(provider)?.adapters ?? [],
    }))
    .filter(({ now, before: old, unread }) => unread !== true || now.length === old.length);
  // Where adapters came or went, those that stayed are known by their MAC addresses.
  const positions = all.map(({ now, before: old }) => now.map((adapter, index) => wasAt(adapter, index, now, old)));
  const length = Math.max(0, ...all.map(({ now }) => now.length));
  return Array.from({ length }, (_, index) => {
    const position = positions.map((each) => each[index]).find((each) => each !== undefined);
    return {
      entry: position === undefined ? undefined : node.interfaces[position],
      pairs: all.flatMap(({ now, before: old }) => {
        const adapter = now[index];
        return adapter === undefined
          ? []
          : [{ now: adapter, before: position === undefined ? undefined : old[position] }];
      }),
    };
  }).filter(({ pairs }) => pairs.length > 0);
}

function wasAt(
  adapter: FoundAdapter,
  index: number,
  now: readonly FoundAdapter[],
  before: readonly FoundAdapter[],
): number | undefined {
  if (now.length === before.length) return index;
  const position = before.findIndex(({ mac }) => mac !== undefined && mac.value === adapter.mac?.value);
  return position === -1 ? undefined : position;
}

interface InterfaceEdit {
  readonly subject: string;
  readonly entry: ResolvedInterface;
  readonly pairs: readonly AdapterPair[];
  readonly addresses: Map<string, string>;
}

function editInterface(draft: Draft, { subject, entry, pairs, addresses }: InterfaceEdit): ResolvedInterface {
  const mac = edited(saidOfAdapter(pairs, 'mac'));
  if (mac !== undefined) note(draft, 'mac', subject, mac, { from: entry.mac, to: mac.value });
  const address = edited(saidOfAdapter(pairs, 'address'));
  // A network that moved has moved this one already.
  if (address !== undefined && address.value !== entry.address) {
    note(draft, 'address', subject, address, { from: entry.address, to: address.value });
    addresses.set(entry.address, address.value);
  }
  const changed = { ...entry, mac: mac?.value ?? entry.mac };
  return moveInterface(draft, subject, changed, saidOfAdapter(pairs, 'label'));
}

function moveInterface(
  draft: Draft,
  subject: string,
  entry: ResolvedInterface,
  said: readonly Said<string>[],
): ResolvedInterface {
  const label = edited(said);
  if (label === undefined) return entry;
  const network = networkCalled(draft, label.value);
  if (network === undefined) {
    unknownNetwork(draft, subject, label);
    return entry;
  }
  note(draft, 'adapter-network', subject, label, { from: entry.network, to: network.name });
  const method = network.name === draft.testbed.dhcp.network ? entry.method : 'static';
  return { ...entry, ...onNetwork(network), method };
}

function onNetwork({ name, mtu, cidr }: Draft['testbed']['networks'][number]) {
  return { network: name, mtu, prefixLength: Number(cidr.split('/')[1]) };
}

function unknownNetwork(draft: Draft, subject: string, label: { value: string; line: number; column: number }): void {
  const known = draft.testbed.networks.map(({ name }) => name).join(', ');
  tell(draft, {
    code: 'unknown-network',
    subject,
    text: label.value,
    instead: known,
    line: label.line,
    column: label.column,
  });
}

/** A new interface, with a static address. */
export function makeInterface(
  draft: Draft,
  subject: string,
  pairs: readonly AdapterPair[],
): ResolvedInterface | undefined {
  const [at] = pairs;
  if (at === undefined) return undefined;
  const { line, column } = at.now;
  const label = first(saidOfAdapter(pairs, 'label'));
  const network = label === undefined ? undefined : networkCalled(draft, label.value);
  if (network === undefined) {
    unknownNetwork(draft, subject, label ?? { value: '', line, column });
    return undefined;
  }
  const address = first(saidOfAdapter(pairs, 'address'));
  if (address === undefined) {
    tell(draft, { code: 'no-address', subject, line, column });
    return undefined;
  }
  const name = subject.split(' ').at(-1) ?? '';
  // Without one the testbed makes it.
  const mac = first(saidOfAdapter(pairs, 'mac'))?.value ?? '';
  return { name, ...onNetwork(network), mac, address: address.value, method: 'static', nameServers: [] };
}

/** The adapters of a machine that was not exported, those of all providers together. */
export function newAdapters(machine: FoundMachine): AdapterPair[][] {
  const all = settingsIn(machine).map(({ adapters }) => adapters);
  const length = Math.max(0, ...all.map((adapters) => adapters.length));
  return Array.from({ length }, (_, index) =>
    all.flatMap((adapters) => {
      const now = adapters[index];
      return now === undefined ? [] : [{ now, before: undefined }];
    }),
  );
}

import type { MachineProvider } from '../../exporters/vagrant/options.ts';
import { machineNamed, settingOf, tell } from './draft.ts';
import type { Draft } from './draft.ts';
import type { Found, FoundAdapter, FoundLab, FoundMachine, FoundSettings, Leftover } from './model.ts';
import { vagrantfileName } from './report.ts';
import type { Place } from './tokens.ts';

/**
 * What the folder says and the testbed does not: the folder beside what an export of the testbed would say now. Whatever was
 * not understood shows here, because then the two differ.
 */
export function compare(draft: Draft, wanted: FoundLab): void {
  for (const machine of draft.found.machines) {
    const other = machineNamed(wanted, machine.name);
    if (other !== undefined) compareMachine(draft, wanted, machine, other);
  }
  compareDefaults(draft, wanted);
  compareLeftovers(draft, wanted);
  compareOrder(draft, wanted);
}

interface Values<T> {
  readonly subject: string;
  readonly says: Found<T> | undefined;
  readonly wanted: Found<T> | undefined;
  /** Where it would stand. */
  readonly at: Place;
  /** What is missing, where nothing is said. */
  readonly name: string;
}

function compareValue<T extends string | number>(draft: Draft, { subject, says, wanted, at, name }: Values<T>): void {
  if (says?.value === wanted?.value) return;
  const { line, column } = says ?? at;
  if (says === undefined) {
    tell(draft, { code: 'missing-line', subject, text: `${name} ${wanted?.value ?? ''}`, line, column });
    return;
  }
  const instead = wanted === undefined ? 'nothing' : String(wanted.value);
  tell(draft, { code: 'disagrees', subject: `${subject}, ${name}`, text: String(says.value), instead, line, column });
}

function compareDefaults(draft: Draft, wanted: FoundLab): void {
  for (const [provider, defaults] of draft.found.defaults) {
    const other = wanted.defaults.get(provider);
    const { box } = defaults;
    compareValue(draft, { subject: provider, says: box, wanted: other?.box, at: defaults, name: 'box' });
  }
}

function compareMachine(draft: Draft, wanted: FoundLab, machine: FoundMachine, other: FoundMachine): void {
  const { name, line, column } = machine;
  for (const [provider, theirs] of other.settings) {
    const ours = machine.settings.get(provider);
    if (ours === undefined) tell(draft, { code: 'no-provider', subject: name, text: provider, line, column });
    else compareSettings(draft, { wanted, machine, other, provider, ours, theirs });
  }
  for (const [provider, { line, column }] of machine.settings) {
    if (other.settings.has(provider)) continue;
    const text = `the block for ${provider}`;
    tell(draft, { code: 'unknown-line', subject: `machine ${name}`, text, line, column });
  }
}

interface SettingsPair {
  readonly wanted: FoundLab;
  readonly machine: FoundMachine;
  readonly other: FoundMachine;
  readonly provider: MachineProvider;
  readonly ours: FoundSettings;
  readonly theirs: FoundSettings;
}

function compareSettings(draft: Draft, { wanted, machine, other, provider, ours, theirs }: SettingsPair): void {
  const subject = `${machine.name}, ${provider}`;
  for (const key of ['memory', 'processors'] as const) {
    const says = settingOf(draft.found, machine, provider, key);
    compareValue(draft, { subject, says, wanted: settingOf(wanted, other, provider, key), at: ours, name: key });
  }
  for (const [key, name] of [
    ['label', 'name'],
    ['title', 'description'],
  ] as const) {
    compareValue(draft, { subject, says: ours[key], wanted: theirs[key], at: ours, name });
  }
  // What cannot be read is told as a whole.
  const count = ours.unread === true ? 0 : Math.max(ours.adapters.length, theirs.adapters.length);
  for (let index = 0; index < count; index += 1) {
    const [mine, their] = [ours.adapters[index], theirs.adapters[index]];
    const at = mine ?? ours;
    compareAdapter(draft, `${subject}, adapter ${index + 1}`, mine ?? { line: at.line, column: at.column }, their);
  }
}

const adapterWords = [
  ['label', 'network'],
  ['address', 'address'],
  ['netmask', 'mask'],
  ['mac', 'MAC address'],
] as const;

function compareAdapter(draft: Draft, subject: string, ours: FoundAdapter, theirs: FoundAdapter | undefined): void {
  for (const [key, name] of adapterWords) {
    compareValue(draft, { subject, says: ours[key], wanted: theirs?.[key], at: ours, name });
  }
  compareValue(draft, { subject, says: ours.mtu, wanted: theirs?.mtu, at: ours, name: 'MTU' });
}

/** What is not understood, where there is no testbed to compare with. */
export function tellOpaque(draft: Draft): void {
  const known = new Set(draft.exported.leftovers.map(keyOf));
  for (const leftover of draft.found.leftovers) {
    const { reason, context, text, line, column } = leftover;
    if (reason !== undefined && !known.has(keyOf(leftover)))
      tell(draft, { code: reason, subject: context, text, line, column });
  }
}

/** Statements, one for one: what one of the two has more of is told. */
function compareLeftovers({ found, ...draft }: Draft, wanted: FoundLab): void {
  const provided = new Set(found.machines.filter((machine) => isNew(draft.exported, machine)).map(contextOf));
  const relevant = ({ context, provisions }: Leftover): boolean => !(provisions === true && provided.has(context));
  const missing = counted(wanted.leftovers.filter(relevant));
  const full: Draft = { found, ...draft };
  for (const leftover of found.leftovers.filter(relevant)) {
    const key = keyOf(leftover);
    const same = missing.get(key)?.pop();
    if (same !== undefined) continue;
    const { context, text, reason, line, column } = leftover;
    tell(full, { code: reason ?? 'unknown-line', subject: context, text, line, column });
  }
  for (const { context, text } of [...missing.values()].flat()) {
    const at = placeOf(found, context);
    if (at !== undefined) tell(full, { code: 'missing-line', subject: context, text, ...at });
  }
}

/** Its script is whatever makes the machine that it is one more of. */
function isNew(exported: FoundLab, { name }: FoundMachine): boolean {
  return machineNamed(exported, name) === undefined;
}

function contextOf({ name }: FoundMachine): string {
  return `machine ${name}`;
}

function keyOf({ context, normal }: Leftover): string {
  return `${context}\n${normal}`;
}

function counted(leftovers: readonly Leftover[]): Map<string, Leftover[]> {
  const counts = new Map<string, Leftover[]>();
  for (const leftover of leftovers) {
    const key = keyOf(leftover);
    counts.set(key, [...(counts.get(key) ?? []), leftover]);
  }
  return counts;
}

/** Where something that is missing would stand; undefined when what it would stand in is missing, too, and told already. */
function placeOf(found: FoundLab, context: string): Place | undefined {
  const [owner = '', provider, adapter] = context.split(', ');
  const key = provider === 'virtualbox' || provider === 'libvirt' ? provider : undefined;
  const name = /^machine (.+)$/.exec(owner)?.[1];
  if (name !== undefined) {
    const machine = machineNamed(found, name);
    if (key === undefined) return at(machine);
    const settings = machine?.settings.get(key);
    return settings?.unread === true && adapter !== undefined ? undefined : at(settings);
  }
  return key === undefined ? { line: 1, column: 1 } : (at(found.defaults.get(key)) ?? { line: 1, column: 1 });
}

function at(place: Place | undefined): Place | undefined {
  return place === undefined ? undefined : { line: place.line, column: place.column };
}

function compareOrder(draft: Draft, wanted: FoundLab): void {
  const names = wanted.machines.map(({ name }) => name);
  const ours = draft.found.machines.filter(({ name }) => names.includes(name));
  const index = ours.findIndex(({ name }, position) => name !== names[position]);
  const machine = ours[index];
  if (machine === undefined) return;
  const { name, line, column } = machine;
  const before = names[names.indexOf(name) - 1] ?? vagrantfileName;
  tell(draft, { code: 'order-kept', subject: name, instead: before, line, column });
}

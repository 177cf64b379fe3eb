import type { ExportOptions, MachineProvider } from '../../exporters/vagrant/options.ts';
import type { ResolvedTestbed } from '../../resolved.ts';
import type { Found, FoundAdapter, FoundLab, FoundMachine, FoundSettings } from './model.ts';
import { finding, vagrantfileName } from './report.ts';
import type { ChangeKind, FindingFacts, ImportChange, ImportFinding } from './report.ts';
import type { Place } from './tokens.ts';

/** What an import works on: the folder as it is, as it was exported, and the testbed that becomes of it. */
export interface Draft {
  testbed: ResolvedTestbed;
  options: ExportOptions;
  readonly found: FoundLab;
  /** The same file as this version writes it for what was exported. */
  readonly exported: FoundLab;
  readonly changes: ImportChange[];
  readonly findings: ImportFinding[];
}

export function note(
  draft: Draft,
  kind: ChangeKind,
  subject: string,
  at: Place,
  words: { from?: string; to?: string } = {},
): void {
  const { line, column } = at;
  draft.changes.push({ kind, subject, ...words, file: vagrantfileName, line, column });
}

export function tell(draft: Draft, facts: FindingFacts): void {
  draft.findings.push(finding(facts));
}

/** The lab's name, which names of machines and networks begin with. */
export function labName({ options, testbed }: Pick<Draft, 'options' | 'testbed'>): string {
  return options.lab ?? testbed.id;
}

/** The network that VirtualBox and libvirt know by this name. */
export function networkCalled(draft: Draft, label: string): ResolvedTestbed['networks'][number] | undefined {
  return draft.testbed.networks.find(({ name }) => `${labName(draft)}-${name}` === label);
}

export function machineNamed(lab: FoundLab, name: string): FoundMachine | undefined {
  return lab.machines.find((machine) => machine.name === name);
}

/** The same value in the blocks of all providers, as it is and as it was. */
export interface Said<T> {
  readonly now: Found<T> | undefined;
  readonly before: T | undefined;
}

/** What somebody changed; undefined when nobody did. Of two different changes the first counts, and the comparison names the other. */
export function edited<T>(said: readonly Said<T>[]): Found<T> | undefined {
  return said.find(({ now, before }) => now !== undefined && now.value !== before)?.now;
}

export function first<T>(said: readonly Said<T>[]): Found<T> | undefined {
  return said.find(({ now }) => now !== undefined)?.now;
}

type Setting = 'memory' | 'processors';

/** A machine's own setting, or that of all machines. */
export function settingOf(
  lab: FoundLab,
  machine: FoundMachine | undefined,
  provider: MachineProvider,
  key: Setting,
): Found<number> | undefined {
  return machine?.settings.get(provider)?.[key] ?? lab.defaults.get(provider)?.[key];
}

export function saidOfSetting({ found, exported }: Draft, machine: FoundMachine, key: Setting): Said<number>[] {
  const before = machineNamed(exported, machine.name);
  return [...machine.settings.keys()].map((provider) => ({
    now: settingOf(found, machine, provider, key),
    before: settingOf(exported, before, provider, key)?.value,
  }));
}

export function saidOfTitle({ exported }: Draft, machine: FoundMachine): Said<string>[] {
  const before = machineNamed(exported, machine.name);
  return [...machine.settings].map(([provider, settings]) => ({
    now: settings.title,
    before: before?.settings.get(provider)?.title?.value,
  }));
}

/** One adapter of a machine in the blocks of all providers; `before` is absent for one that is new. */
export interface AdapterPair {
  readonly now: FoundAdapter;
  readonly before: FoundAdapter | undefined;
}

export function saidOfAdapter(pairs: readonly AdapterPair[], key: 'label' | 'mac' | 'address'): Said<string>[] {
  return pairs.map(({ now, before }) => ({ now: now[key], before: before?.[key]?.value }));
}

export function settingsIn(machine: FoundMachine): readonly FoundSettings[] {
  return [...machine.settings.values()];
}

/** "Lab NAME: TITLE", as descriptions are exported, without what comes before the title. */
export function titleIn(draft: Draft, description: string): string {
  const prefix = `Lab ${labName(draft)}: `;
  return description.startsWith(prefix) ? description.slice(prefix.length) : description;
}

import type { Path } from '../../problem.ts';
import { labName, machineNamed, settingsIn } from './draft.ts';
import type { Draft } from './draft.ts';
import type { FoundMachine } from './model.ts';
import type { Place } from './tokens.ts';

/** The line of the Vagrantfile that says what is at a path of the testbed, or the nearest to it. */
export function placeOf(draft: Draft, path: Path): Place | undefined {
  const [part, name, group, index, key] = path;
  if (part === 'networks') return networkPlace(draft, String(name));
  const machine = part === 'nodes' ? machineNamed(draft.found, String(name)) : undefined;
  if (machine === undefined) return undefined;
  if (group === 'machine') return sizePlace(machine, index === 'processors' ? 'processors' : 'memory');
  if (group !== 'interfaces' || typeof index !== 'number') return machine;
  return adapterPlace(draft, machine, index, key === 'mac' ? 'mac' : 'address');
}

function sizePlace(machine: FoundMachine, key: 'memory' | 'processors'): Place {
  return settingsIn(machine).find((settings) => settings[key] !== undefined)?.[key] ?? machine;
}

function adapterPlace(draft: Draft, machine: FoundMachine, index: number, key: 'mac' | 'address'): Place {
  const adapters = settingsIn(machine).flatMap((settings) => settings.adapters.slice(index, index + 1));
  const before = machineNamed(draft.exported, machine.name);
  const old =
    before === undefined ? [] : settingsIn(before).flatMap((each) => each.adapters.map((one) => one[key]?.value));
  const values = adapters.flatMap((adapter) => adapter[key] ?? []);
  // The line that somebody changed, where two providers have one each.
  return values.find(({ value }) => !old.includes(value)) ?? values[0] ?? adapters[0] ?? machine;
}

function networkPlace(draft: Draft, name: string): Place | undefined {
  const label = `${labName(draft)}-${name}`;
  const changed = draft.changes.find(({ kind, subject }) => kind.startsWith('network-') && subject === name);
  const adapters = draft.found.machines.flatMap((machine) => settingsIn(machine).flatMap((each) => each.adapters));
  return changed ?? adapters.find((adapter) => adapter.label?.value === label);
}

import { machineOptionsSchema, RelevoError } from '../contract/index.ts';
import type { MachineOptions } from '../contract/index.ts';
import type { CommandOptions } from './context.ts';

type Given = Pick<CommandOptions, 'provider' | 'stack' | 'plane' | 'box' | 'internet'>;

/** Undefined for a lab in namespaces. @throws RelevoError INVALID_INPUT for options that only machines have */
export function machineOptions({ provider = 'namespaces', ...given }: Given): MachineOptions | undefined {
  if (provider !== 'namespaces') return optionsOn(provider, given);
  const [first] = Object.entries(pick(given));
  if (first === undefined) return undefined;
  throw new RelevoError('INVALID_INPUT', `--${first[0]} is for virtual machines.`, {
    hint: 'Say which: --provider virtualbox or --provider libvirt.',
  });
}

/** What was not given has its default. */
export function optionsOn(hypervisor: string, given: Omit<Given, 'provider'>): MachineOptions {
  return machineOptionsSchema.parse({ hypervisor, ...pick(given) });
}

/** Without the other options of a command, and without those that nobody has given. */
function pick({ stack, plane, box, internet }: Omit<Given, 'provider'>): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ stack, plane, box, internet }).filter(([, value]) => value !== undefined));
}

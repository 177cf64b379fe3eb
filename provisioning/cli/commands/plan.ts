import { machineOptionsSchema, RelevoError } from '../../contract/index.ts';
import type { MachineOptions, MethodInput } from '../../contract/index.ts';
import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { print, withEngine } from '../context.ts';
import { planText } from '../text/plan-text.ts';

export async function plan(context: CommandContext, testbed: string, options: CommandOptions): Promise<ExitStatus> {
  const answer = await withEngine(context, (client) => client.call('lab.plan', upRequest(testbed, options)));
  print(options, answer, () => planText(answer));
  return undefined;
}

/** What `plan` and `up` ask for alike. */
export function upRequest(testbed: string, { lab, advertInterval, ...more }: CommandOptions): MethodInput<'lab.up'> {
  const machines = machineOptions(more);
  const options = {
    ...(advertInterval === undefined ? {} : { advertInterval }),
    ...(machines === undefined ? {} : { machines }),
  };
  return {
    testbed,
    ...(lab === undefined ? {} : { lab }),
    ...(machines === undefined ? {} : { provider: 'vagrant' }),
    options,
  };
}

/** Undefined for a lab in namespaces. @throws RelevoError INVALID_INPUT for options that only machines have */
function machineOptions({ provider = 'namespaces', stack, box, internet }: CommandOptions): MachineOptions | undefined {
  const given = Object.entries({ stack, box, internet }).filter(([, value]) => value !== undefined);
  if (provider !== 'namespaces')
    return machineOptionsSchema.parse({ hypervisor: provider, ...Object.fromEntries(given) });
  const [first] = given;
  if (first === undefined) return undefined;
  throw new RelevoError('INVALID_INPUT', `--${first[0]} is for virtual machines.`, {
    hint: 'Say which: --provider virtualbox or --provider libvirt.',
  });
}

import type { MethodInput } from '../../contract/index.ts';
import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { print, withEngine } from '../context.ts';
import { machineOptions } from '../machine-options.ts';
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

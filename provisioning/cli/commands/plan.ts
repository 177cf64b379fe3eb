import type { MethodInput } from '../../contract/index.ts';
import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { print, withEngine } from '../context.ts';
import { machineOptions } from '../machine-options.ts';
import { renumbering } from '../renumbering.ts';
import { planText } from '../text/plan-text.ts';

export async function plan(context: CommandContext, testbed: string, options: CommandOptions): Promise<ExitStatus> {
  const answer = await withEngine(context, async (client) =>
    client.call('lab.plan', await upRequest(testbed, options)),
  );
  print(options, answer, () => planText(answer));
  return undefined;
}

/** What `plan` and `up` ask for alike. */
export async function upRequest(
  testbed: string,
  { lab, advertInterval, renumber: asked, ...more }: CommandOptions,
): Promise<MethodInput<'lab.up'>> {
  const machines = machineOptions(more);
  const renumber = await renumbering(testbed, asked);
  const options = {
    ...(advertInterval === undefined ? {} : { advertInterval }),
    ...(machines === undefined ? {} : { machines }),
    ...(renumber === undefined ? {} : { renumber }),
  };
  return {
    testbed,
    ...(lab === undefined ? {} : { lab }),
    ...(machines === undefined ? {} : { provider: 'vagrant' }),
    options,
  };
}

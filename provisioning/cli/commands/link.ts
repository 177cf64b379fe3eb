import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { chooseLab, print, withEngine } from '../context.ts';

export interface LinkRequest {
  readonly action: 'cut' | 'restore';
  readonly node: string;
  readonly network: string;
}

/** Pulls a cable, or plugs it in again. */
export async function link(
  context: CommandContext,
  { action, node, network }: LinkRequest,
  options: CommandOptions,
): Promise<ExitStatus> {
  const answer = await withEngine(context, async (client) => {
    const lab = await chooseLab(client, options.lab);
    return client.call(`link.${action}`, { lab, node, network });
  });
  print(options, answer, () => `The cable of ${node} in ${network} (${answer.name}) is ${answer.cable}.\n`);
  return undefined;
}

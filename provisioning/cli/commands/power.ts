import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { chooseLab, print, withEngine } from '../context.ts';
import { duration } from '../text/duration.ts';

export interface PowerRequest {
  readonly action: 'kill' | 'start' | 'freeze';
  readonly node: string;
}

/** Cuts a node's power, starts it, or stops it in its tracks. */
export async function power(
  context: CommandContext,
  { action, node }: PowerRequest,
  options: CommandOptions,
): Promise<ExitStatus> {
  const { answer, milliseconds } = await withEngine(context, async (client) => {
    const lab = await chooseLab(client, options.lab);
    const begin = performance.now();
    const answer = await client.call(`node.${action}`, { lab, node });
    return { answer, milliseconds: performance.now() - begin };
  });
  print(options, answer, () => `${node} is ${answer.state} after ${duration(milliseconds)}.\n`);
  return undefined;
}

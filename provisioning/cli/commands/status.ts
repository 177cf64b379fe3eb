import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { chooseLab, noLabHint, print, withEngine } from '../context.ts';
import { statusText } from '../text/status-text.ts';

export async function status(context: CommandContext, options: CommandOptions): Promise<ExitStatus> {
  const answer = await withEngine(context, async (client) => {
    // Asked about nothing in particular, "nothing runs" is a good answer; asked about a lab by name, it is an error.
    if (options.lab === undefined && (await client.call('lab.list', {})).length === 0) return null;
    return client.call('lab.status', { lab: await chooseLab(client, options.lab) });
  });
  print(options, answer, () =>
    answer === null ? `No lab is running. ${noLabHint()}\n` : statusText(answer, Date.now()),
  );
  return undefined;
}

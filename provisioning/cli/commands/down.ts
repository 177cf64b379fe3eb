import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { chooseLab, print, withEngine } from '../context.ts';
import { duration } from '../text/duration.ts';

export async function down(context: CommandContext, options: CommandOptions): Promise<ExitStatus> {
  const begin = performance.now();
  const lab = await withEngine(context, async (client) => {
    const name = await chooseLab(client, options.lab);
    await client.call('lab.down', { lab: name });
    return name;
  });
  const milliseconds = performance.now() - begin;
  print(options, { lab, milliseconds }, () => `Lab ${lab} is down after ${duration(milliseconds)}.\n`);
  return undefined;
}

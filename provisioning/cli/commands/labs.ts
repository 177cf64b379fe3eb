import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { noLabHint, print, withEngine } from '../context.ts';
import { table } from '../text/table.ts';

export async function labs(context: CommandContext, options: CommandOptions): Promise<ExitStatus> {
  const list = await withEngine(context, (client) => client.call('lab.list', {}));
  print(options, list, () => {
    if (list.length === 0) return `No lab is running. ${noLabHint()}\n`;
    const rows = list.map((lab) => [
      lab.lab,
      lab.testbed,
      lab.provider,
      lab.phase,
      `${lab.nodesRunning} of ${lab.nodesTotal}`,
    ]);
    return table([['LAB', 'TESTBED', 'PROVIDER', 'PHASE', 'NODES UP'], ...rows]);
  });
  return undefined;
}

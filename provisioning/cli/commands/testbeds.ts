import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { print, withEngine } from '../context.ts';

export async function testbeds(context: CommandContext, options: CommandOptions): Promise<ExitStatus> {
  const list = await withEngine(context, (client) => client.call('testbeds.list', {}));
  print(options, list, () =>
    list
      .map(({ id, title, description, nodes, networks, source, origin }) =>
        [
          `${id}: ${title.en} (${nodes} nodes, ${networks} networks)`,
          `  ${description.en}`,
          `  From: ${source.title}, ${source.author}, ${source.year}`,
          ...(origin === undefined ? [] : [`  Imported from: ${origin.directory}`]),
          `  Start it: relevo up ${id}`,
          '',
        ].join('\n'),
      )
      .join('\n'),
  );
  return undefined;
}

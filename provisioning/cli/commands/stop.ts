import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { print } from '../context.ts';
import { connectToRunning } from '../engine/reach-engine.ts';

export async function stop({ locations }: CommandContext, options: CommandOptions): Promise<ExitStatus> {
  const client = await connectToRunning(locations.state);
  if (client !== undefined) {
    await client.call('engine.stop', {});
    // The engine says goodbye when it has let go of its labs.
    await client.closed;
  }
  const wasRunning = client !== undefined;
  print(options, { wasRunning }, () =>
    wasRunning ? 'The lab engine ended. Labs live on.\n' : 'No lab engine was running.\n',
  );
  return undefined;
}

import { findEngine, pageAddress } from '../../discovery/index.ts';
import { RelevoError } from '../../contract/error.ts';
import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { print, withEngine } from '../context.ts';
import { onInterrupt } from '../interrupt.ts';
import { openWindow } from '../window/open-window.ts';

/** Opens the window and waits until it is closed. */
export async function open(context: CommandContext, options: CommandOptions): Promise<ExitStatus> {
  // Connected until the window is there: an engine on demand would end before the page could ask for it.
  return withEngine(context, async () => {
    const engine = findEngine(context.locations.state);
    if (engine === undefined)
      throw new RelevoError('ENGINE_UNREACHABLE', 'The lab engine ended before its window opened.');
    const address =
      options.lab === undefined ? pageAddress(engine) : `${pageAddress(engine)}&lab=${encodeURIComponent(options.lab)}`;
    if (options.print === true || options.json === true) {
      print(options, { address }, () => `${address}\n`);
      return undefined;
    }
    return showWindow(address, context);
  });
}

/** The exit status: a window that could not be opened is a failure, even though its address helps. */
async function showWindow(address: string, { locations }: CommandContext): Promise<ExitStatus> {
  const window = await openWindow({
    address,
    dist: locations.dist,
    say: (sentence) => process.stderr.write(`${sentence}\n`),
  });
  if (window === undefined) {
    process.stdout.write(
      `Open this address in a browser on this machine:\n\n  ${address}\n\nThe token in it opens your labs: keep it to yourself.\n`,
    );
    return 1;
  }
  const stopListening = onInterrupt(() => window.close());
  await window.closed;
  stopListening();
  return undefined;
}

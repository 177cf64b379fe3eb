import type { LogEntry } from '../../contract/index.ts';
import type { EngineClient } from '../../rpc-client/index.ts';
import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { chooseLab, print, withEngine } from '../context.ts';
import { untilInterrupted } from '../interrupt.ts';
import { clockTime } from '../text/duration.ts';

export async function logs(
  context: CommandContext,
  source: string | undefined,
  options: CommandOptions,
): Promise<ExitStatus> {
  await withEngine(context, async (client) => {
    const lab = await chooseLab(client, options.lab);
    const { lines } = options;
    const request = { lab, ...(source === undefined ? {} : { source }), ...(lines === undefined ? {} : { lines }) };
    const show = options.follow === true ? follow(client, request, options) : undefined;
    const entries = await client.call('lab.log', request);
    if (show === undefined) print(options, entries, () => entries.map(entryText).join(''));
    else await show(entries);
  });
  return undefined;
}

/**
 * Listens before the past is asked for, so that nothing falls in between; what is in both is shown once. With --json, follow
 * prints a document a line: a stream has no end that could close a list.
 */
function follow(
  client: EngineClient,
  { lab, source }: { readonly lab: string; readonly source?: string },
  options: CommandOptions,
): (past: readonly LogEntry[]) => Promise<void> {
  const write = (entry: LogEntry): boolean =>
    process.stdout.write(options.json === true ? `${JSON.stringify(entry)}\n` : entryText(entry));
  const early: LogEntry[] = [];
  let receive = (entry: LogEntry): void => void early.push(entry);
  client.on('log', (event) => {
    if (event.lab === lab && (source === undefined || event.entry.source === source)) receive(event.entry);
  });
  const subscribed = client.call('subscribe.lab', { lab });
  return async (past) => {
    const interrupted = untilInterrupted();
    await subscribed;
    for (const entry of past) write(entry);
    const seen = new Set(past.map((entry) => JSON.stringify(entry)));
    for (const entry of early) if (!seen.has(JSON.stringify(entry))) write(entry);
    receive = (entry) => void write(entry);
    const removed = new Promise<void>((resolve) => {
      client.on('lab-removed', (event) => {
        if (event.lab === lab) resolve();
      });
    });
    await Promise.race([interrupted, removed, client.closed]);
  };
}

function entryText({ at, level, source, message }: LogEntry): string {
  return `${clockTime(at)} ${level.padEnd(5)} ${source}: ${message}\n`;
}

import type { DrillEvent, DrillReport, MethodInput } from '../../contract/index.ts';
import type { EngineClient } from '../../rpc-client/index.ts';
import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { chooseLab, print, withEngine } from '../context.ts';
import { onInterrupt } from '../interrupt.ts';
import { drillEventText } from '../text/drill-event-text.ts';
import { reportText } from '../text/report-text.ts';

/** Runs a drill, telling on stderr what happens, and prints its report. */
export async function runDrill(context: CommandContext, drill: string, options: CommandOptions): Promise<ExitStatus> {
  const report = await withEngine(context, async (client) => {
    const lab = await chooseLab(client, options.lab);
    return perform(client, { lab, drill, options: drillOptions(options) }, options.json === true);
  });
  print(options, report, () => reportText(report));
  return undefined;
}

function drillOptions({ rate, before, after, moment, heal }: CommandOptions): MethodInput<'drill.run'>['options'] {
  return {
    ...(rate === undefined ? {} : { rate }),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(moment === undefined ? {} : { moment }),
    ...(heal === undefined ? {} : { heal }),
  };
}

async function perform(client: EngineClient, request: MethodInput<'drill.run'>, quiet: boolean): Promise<DrillReport> {
  const { lab } = request;
  const tell = (sentence: string): boolean => quiet || process.stderr.write(`${sentence}\n`);
  let operation: string | undefined;
  client.on('operation-started', (event) => {
    if (event.lab === lab && event.operation.kind === 'drill') operation = event.operation.id;
  });
  client.on('drill-event', ({ event }) => tellEvent(event, tell));
  await client.call('subscribe.lab', { lab });
  const stopListening = onInterrupt(() => {
    tell('Stopping the drill; what it broke is healed first.');
    if (operation !== undefined) client.call('operation.cancel', { operation }).catch(() => undefined);
  });
  try {
    return await client.call('drill.run', request);
  } finally {
    stopListening();
  }
}

function tellEvent(event: DrillEvent, tell: (sentence: string) => boolean): void {
  tell(drillEventText(event));
}

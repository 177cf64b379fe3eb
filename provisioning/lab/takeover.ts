import type { RpcEvent } from '../contract/index.ts';
import type { Provider } from '../providers/provider.ts';
import { Lab } from './lab.ts';
import { readRecords, saveRecord } from './lab-record.ts';
import type { LabRecord } from './lab-record.ts';

export interface TakeoverRequest {
  readonly labsDirectory: string;
  readonly provider: Provider;
  readonly emit: (event: RpcEvent) => void;
  readonly warn: (message: string) => void;
}

/**
 * Finds what earlier engines have left. Labs that run are taken over; labs that were half up, half down, or whose holder is
 * dead are removed, completely and by their records alone.
 */
export async function takeOverLabs(request: TakeoverRequest): Promise<Lab[]> {
  await request.provider.tidy();
  const labs: Lab[] = [];
  for (const found of await readRecords(request.labsDirectory)) {
    if (found.kind === 'unreadable')
      request.warn(`${found.directory} was left alone: its record cannot be read (${found.reason}).`);
    else {
      const lab = await takeOver(found.record, request);
      if (lab !== undefined) labs.push(lab);
    }
  }
  return labs;
}

async function takeOver(record: LabRecord, { provider, emit, warn }: TakeoverRequest): Promise<Lab | undefined> {
  const runtime = record.phase === 'running' ? await provider.attach(record.specification) : undefined;
  if (runtime === undefined) {
    warn(`The lab "${record.lab}" was ${record.phase} when its engine or holder ended; its remains were removed.`);
    await provider.destroy(record.specification);
    return undefined;
  }
  const lab = new Lab(record, emit);
  await lab.log.load();
  lab.reattachedAt = Date.now();
  lab.adopt(runtime);
  const on = runtime.nodes().filter(({ power }) => power === 'on');
  lab.log.add('info', 'engine', `Re-attached: ${on.length} of ${runtime.nodes().length} nodes are on`);
  for (const { node } of on) lab.markRunning(node);
  await healInterruptedDrill(lab);
  return lab;
}

/** The engine that ran a drill died before it healed: its victim is started now. */
async function healInterruptedDrill(lab: Lab): Promise<void> {
  const { drill, ...record } = lab.record;
  if (drill === undefined) return;
  lab.record = record;
  await saveRecord(record);
  if (!drill.heal || lab.nodeStatus(drill.victim).state !== 'off') return;
  lab.log.add('warn', 'engine', `The drill ${drill.id} was interrupted; starting ${drill.victim} again`);
  lab.start(drill.victim).catch((error: unknown) => lab.log.add('error', 'engine', String(error)));
}

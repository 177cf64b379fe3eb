import type { RpcEvent } from '../contract/index.ts';
import type { Providers } from '../providers/index.ts';
import { Lab } from './lab.ts';
import { undoStillness } from './lifecycle/index.ts';
import { readRecords, saveRecord } from './lab-record.ts';
import type { LabRecord } from './lab-record.ts';
import type { Assets } from './node-setup.ts';

/** Measured: 0.3 s for eleven nodes; a director that is dead must not keep the engine from starting. */
const HEARING_LIMIT_MS = 1500;

export interface TakeoverRequest {
  readonly labsDirectory: string;
  readonly providers: Providers;
  readonly assets: Assets;
  readonly emit: (event: RpcEvent) => void;
  readonly warn: (message: string) => void;
  /** Called for each lab before its machines are its own, so that losing them is never missed. */
  readonly onLab: (lab: Lab) => void;
}

/**
 * Finds what earlier engines have left. Labs that run are taken over, and so are machines that were half up; namespaces
 * that were, labs that were half down, and those whose holder is dead are removed, completely and by their records alone. One lab that resists does not keep the others from working.
 */
export async function takeOverLabs(request: TakeoverRequest): Promise<void> {
  for (const provider of Object.values(request.providers)) if (provider.availability().available) await provider.tidy();
  for (const found of await readRecords(request.labsDirectory)) {
    if (found.kind === 'unreadable')
      request.warn(`${found.directory} was left alone: its record cannot be read (${found.reason}).`);
    else {
      await takeOver(found.record, request).catch((error: unknown) => {
        request.warn(
          `The lab "${found.record.lab}" could not be taken over; the next engine tries again. ${String(error)}`,
        );
      });
    }
  }
}

async function takeOver(record: LabRecord, { providers, assets, emit, warn, onLab }: TakeoverRequest): Promise<void> {
  const provider = providers[record.provider];
  // Machines took minutes to make: an interrupted start is gone on with, or taken down, as its owner says.
  const isKept = record.phase === 'running' || (record.provider === 'vagrant' && isUnfinished(record));
  const runtime = isKept ? await provider.attach(record.specification) : undefined;
  if (runtime === undefined) {
    warn(`The lab "${record.lab}" was ${record.phase} when its engine or holder ended; its remains are removed.`);
    await provider.destroy(record.specification);
    return;
  }
  const lab = new Lab(isUnfinished(record) ? { ...record, phase: 'failed' } : record, assets, emit);
  await lab.log.load();
  lab.reattachedAt = Date.now();
  onLab(lab);
  lab.adopt(runtime);
  const on = runtime.nodes().filter(({ power }) => power === 'on');
  lab.log.add('info', 'engine', `Re-attached: ${on.length} of ${runtime.nodes().length} nodes are on`);
  if (isUnfinished(record)) {
    lab.log.add(
      'warn',
      'engine',
      `Its start was interrupted: "relevo up" goes on from there, "relevo down" removes it`,
    );
    return;
  }
  for (const { node } of on) lab.markRunning(node);
  const report = (error: unknown): void => lab.log.add('error', 'engine', String(error));
  for (const { node, power } of runtime.nodes()) if (power === 'booting') lab.finishBoot(node).catch(report);
  healInterruptedDrill(lab).catch(report);
  undoStillness(lab).catch(report);
  await lab.hearAll(HEARING_LIMIT_MS);
}

/** `failed` is what an interrupted start was called by the engine that found it. */
function isUnfinished({ phase }: LabRecord): boolean {
  return phase === 'starting' || phase === 'failed';
}

/** The engine that ran a drill died before it healed: its victim is started now, and only then is that taken off the record. */
async function healInterruptedDrill(lab: Lab): Promise<void> {
  const { drill, ...record } = lab.record;
  if (drill === undefined) return;
  if (drill.heal && lab.nodeStatus(drill.victim).state === 'off') {
    lab.log.add('warn', 'engine', `The drill ${drill.id} was interrupted; starting ${drill.victim} again`);
    await lab.start(drill.victim);
  }
  lab.record = record;
  await saveRecord(record);
}

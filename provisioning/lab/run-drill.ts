import { randomUUID } from 'node:crypto';
import type { ResolvedDrill } from '../../testbeds/resolved.ts';
import { RelevoError } from '../contract/index.ts';
import type { DrillOptions, DrillReport, RpcEvent } from '../contract/index.ts';
import { drillRunners } from '../drills/index.ts';
import type { ReportStore } from '../drills/index.ts';
import type { Lab } from './lab.ts';
import { saveRecord } from './lab-record.ts';

export interface DrillRequest {
  readonly lab: Lab;
  readonly drill: ResolvedDrill;
  readonly options: DrillOptions;
  readonly reports: ReportStore;
  readonly signal: AbortSignal;
  readonly emit: (event: RpcEvent) => void;
}

/** @throws RelevoError UNKNOWN_DRILL */
export function findDrill(lab: Lab, name: string): ResolvedDrill {
  const { id, drills } = lab.testbed;
  const found = drills.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  const hint = `Its drills: ${drills.map((candidate) => candidate.name).join(', ')}.`;
  throw new RelevoError('UNKNOWN_DRILL', `The testbed "${id}" has no drill "${name}".`, { lab: lab.name, hint });
}

/** Runs a drill, tells about it, keeps its report; the fault is journalled before it happens and taken back after the healing. */
export async function runDrill(request: DrillRequest): Promise<DrillReport> {
  const { lab, drill, options, reports, signal, emit } = request;
  const id = `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${randomUUID().slice(0, 4)}`;
  const about = { lab: lab.name, id };
  await journal(lab, { id, victim: drill.victim, heal: options.heal });
  emit({ event: 'drill-started', payload: { ...about, drill: drill.name, options, startedAt: Date.now() } });
  try {
    const report = await drillRunners[drill.kind]({
      lab,
      drill: drill.name,
      id,
      options,
      signal,
      listener: {
        event: (event) => emit({ event: 'drill-event', payload: { ...about, event } }),
        samples: (samples) => emit({ event: 'drill-samples', payload: { ...about, samples } }),
      },
    });
    await reports.save(report);
    emit({ event: 'drill-ended', payload: { ...about, report } });
    return report;
  } catch (error) {
    const known =
      error instanceof RelevoError
        ? error
        : new RelevoError('DRILL_FAILED', `The drill failed: ${String(error)}.`, { lab: lab.name }, error);
    emit({ event: 'drill-ended', payload: { ...about, error: known.toJSON() } });
    throw known;
  } finally {
    // A victim that could not be healed stays on record: the next engine tries again.
    const isHealed = !options.heal || lab.nodeStatus(drill.victim).state !== 'off';
    if (isHealed) await journal(lab, undefined);
  }
}

async function journal(lab: Lab, drill: Lab['record']['drill']): Promise<void> {
  const { drill: _previous, ...record } = lab.record;
  lab.record = drill === undefined ? record : { ...record, drill };
  // A lab that is being stopped meanwhile has no directory to write to any more.
  await saveRecord(lab.record).catch((error: unknown) =>
    lab.log.add('warn', 'engine', `The journal was not written: ${String(error)}`),
  );
}

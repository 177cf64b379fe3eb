import type {
  DrillEvent,
  DrillOptions,
  DrillReport,
  EventPayload,
  ProbeSample,
  RpcError,
} from '../../provisioning/contract/index.ts';

/** A drill as it happens. `options` and `drill` are unknown to a window that was opened in the middle of it. */
export interface LiveDrill {
  readonly id: string;
  readonly drill?: string;
  readonly options?: DrillOptions;
  readonly startedAt: number;
  readonly phase?: Extract<DrillEvent, { type: 'phase' }>['phase'];
  readonly events: readonly DrillEvent[];
  readonly samples: readonly ProbeSample[];
  readonly running: boolean;
  readonly report?: DrillReport;
  readonly error?: RpcError;
}

export function startDrill({ id, drill, options, startedAt }: EventPayload<'drill-started'>): LiveDrill {
  return { id, drill, options, startedAt, events: [], samples: [], running: true };
}

export function addDrillEvent(drill: LiveDrill | undefined, id: string, event: DrillEvent): LiveDrill {
  const current = sameOrNew(drill, id, event.at);
  const events = [...current.events, event];
  return event.type === 'phase' ? { ...current, events, phase: event.phase } : { ...current, events };
}

export function addDrillSamples(drill: LiveDrill | undefined, id: string, samples: readonly ProbeSample[]): LiveDrill {
  const current = sameOrNew(drill, id, samples[0]?.sentAt ?? 0);
  return { ...current, samples: [...current.samples, ...samples] };
}

export function endDrill(drill: LiveDrill | undefined, payload: EventPayload<'drill-ended'>): LiveDrill {
  const { id, report, error } = payload;
  const current = sameOrNew(drill, id, report?.startedAt ?? 0);
  return { ...current, running: false, ...(report ? { report } : {}), ...(error ? { error } : {}) };
}

function sameOrNew(drill: LiveDrill | undefined, id: string, startedAt: number): LiveDrill {
  return drill?.id === id ? drill : { id, startedAt, events: [], samples: [], running: true };
}

import type {
  EventPayload,
  LabOptions,
  LabSummary,
  MethodOutput,
  ProviderName,
  RpcError,
  RpcEvent,
  TestbedSummary,
} from '../../provisioning/contract/index.ts';
import type { ConnectionState } from '../rpc/client.ts';
import type { LabView } from './lab-view.ts';
import { labFromSnapshot } from './lab-view.ts';
import { reduceLab } from './reduce-lab.ts';

/** What was asked for with Start, kept so that a failure can be retried. */
export interface StartRequest {
  readonly testbed: string;
  readonly lab: string;
  readonly provider: ProviderName;
  readonly options: LabOptions;
}

/** A start as this window sees it: still going, or failed with the reason. */
export interface StartAttempt {
  readonly request: StartRequest;
  readonly startedAt: number;
  readonly error?: RpcError;
}

export interface AppState {
  readonly connection: ConnectionState;
  readonly engine?: MethodOutput<'engine.info'>;
  readonly testbeds?: readonly TestbedSummary[];
  readonly labs?: readonly LabSummary[];
  readonly views: Readonly<Record<string, LabView>>;
  readonly attempts: Readonly<Record<string, StartAttempt>>;
  /** Names of commands that wait for an answer (`node.kill master`). */
  readonly pending: Readonly<Record<string, true>>;
  /** What went wrong with a command, until the reader closes it. */
  readonly failure: RpcError | undefined;
}

export const initialState: AppState = {
  connection: { state: 'connecting' },
  views: {},
  attempts: {},
  pending: {},
  failure: undefined,
};

/** The state after an event of the engine. Terminal bytes do not pass here: they go to the terminals. */
export function reduceEvent(state: AppState, event: RpcEvent, now: number): AppState {
  switch (event.event) {
    case 'labs':
      return reduceLabs(state, event.payload);
    case 'lab-snapshot': {
      const view = labFromSnapshot(state.views[event.payload.lab], event.payload);
      return { ...state, views: { ...state.views, [view.lab]: view } };
    }
    case 'session-output':
    case 'session-exit':
      return state;
    default: {
      const view = state.views[event.payload.lab];
      if (view === undefined) return state;
      const next = reduceLab(view, event, now);
      return next === view ? state : { ...state, views: { ...state.views, [view.lab]: next } };
    }
  }
}

/** A lab that left the list is gone, even when its `lab-removed` was missed while the connection was down. */
function reduceLabs(state: AppState, { labs }: EventPayload<'labs'>): AppState {
  const alive = new Set(labs.map(({ lab }) => lab));
  const views = Object.fromEntries(
    Object.entries(state.views).map(([lab, view]) => {
      const summary = labs.find((candidate) => candidate.lab === lab);
      if (!alive.has(lab)) return [lab, view.removed ? view : { ...view, removed: true }];
      return [lab, summary === undefined ? view : { ...view, removed: false, summary }];
    }),
  );
  return { ...state, labs, views };
}

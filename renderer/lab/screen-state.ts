import type { Operation, RpcError } from '../../provisioning/contract/index.ts';
import type { StartAttempt, StartRequest } from '../state/app-state.ts';
import type { LabView } from '../state/lab-view.ts';

/** Which of its screens a lab shows. */
export type ScreenState =
  /** `request` is known only to the window that asked for the start. */
  | { readonly kind: 'start-failed'; readonly error: RpcError; readonly request: StartRequest | undefined }
  | { readonly kind: 'died'; readonly error: RpcError }
  | { readonly kind: 'starting'; readonly operation: Operation | undefined; readonly startedAt: number }
  /** Not known (yet), or gone. */
  | { readonly kind: 'missing'; readonly wasThere: boolean }
  | { readonly kind: 'running' };

export function screenState(view: LabView | undefined, attempt: StartAttempt | undefined): ScreenState {
  if (attempt !== undefined) return attemptState(attempt, view);
  if (view === undefined) return { kind: 'missing', wasThere: false };
  const { phase, since } = view.summary;
  if (view.error !== undefined && (view.removed || phase === 'failed')) {
    const { error, operation } = view;
    return operation?.kind === 'up' ? { kind: 'start-failed', error, request: undefined } : { kind: 'died', error };
  }
  if (view.removed) return { kind: 'missing', wasThere: true };
  if (phase !== 'starting') return { kind: 'running' };
  return { kind: 'starting', operation: view.operation, startedAt: view.operation?.startedAt ?? since };
}

function attemptState({ error, request, startedAt }: StartAttempt, view: LabView | undefined): ScreenState {
  if (error !== undefined) return { kind: 'start-failed', error, request };
  // What an earlier lab of this name left behind says nothing about this start.
  const operation = view?.removed === true ? undefined : view?.operation;
  return { kind: 'starting', operation, startedAt: operation?.startedAt ?? startedAt };
}

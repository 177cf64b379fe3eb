import { expect, it } from 'vitest';
import type { LabView } from '../state/lab-view.ts';
import { screenState } from './screen-state.ts';

const error = { code: 'HOLDER_LOST' as const, message: '', detail: {} };
const request = { testbed: 'tfg', lab: 'tfg', provider: 'namespaces' as const, options: {} };
const operation = { id: 'o', kind: 'up' as const, lab: 'tfg', title: '', startedAt: 7, steps: [], cancellable: true };

function view(change: Partial<LabView> & { phase?: LabView['summary']['phase'] }): LabView {
  const { phase = 'running', ...rest } = change;
  return { removed: false, error: undefined, operation: undefined, summary: { phase, since: 3 }, ...rest } as LabView;
}

it('shows the start from the click on, before the engine said a word', () => {
  expect(screenState(undefined, { request, startedAt: 5 })).toEqual({
    kind: 'starting',
    operation: undefined,
    startedAt: 5,
  });
});

it('shows a start that another window asked for', () => {
  expect(screenState(view({ phase: 'starting', operation }), undefined)).toEqual({
    kind: 'starting',
    operation,
    startedAt: 7,
  });
});

it('takes nothing from an earlier lab of the same name', () => {
  const old = view({ removed: true, operation, error });
  expect(screenState(old, { request, startedAt: 5 })).toEqual({ kind: 'starting', operation: undefined, startedAt: 5 });
});

it('offers to retry only a start of its own', () => {
  expect(screenState(undefined, { request, startedAt: 5, error })).toEqual({ kind: 'start-failed', error, request });
  expect(screenState(view({ phase: 'failed', operation, error }), undefined)).toEqual({
    kind: 'start-failed',
    error,
    request: undefined,
  });
});

it('tells a lab that died from one that never came up', () => {
  expect(screenState(view({ phase: 'failed', error }), undefined).kind).toBe('died');
});

it('says whether a missing lab had been there', () => {
  expect(screenState(undefined, undefined)).toEqual({ kind: 'missing', wasThere: false });
  expect(screenState(view({ removed: true }), undefined)).toEqual({ kind: 'missing', wasThere: true });
  expect(screenState(view({ phase: 'stopping' }), undefined).kind).toBe('running');
});

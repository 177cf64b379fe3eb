import { expect, it } from 'vitest';
import type { Operation } from '../../provisioning/contract/index.ts';
import type { LabView } from './lab-view.ts';
import type { LabEvent } from './reduce-lab.ts';
import { reduceLab } from './reduce-lab.ts';

const lab = 'tfg';
const idle = { lab, operation: undefined, ended: undefined, error: undefined } as LabView;
const halt: Operation = {
  id: 'o1',
  kind: 'halt',
  lab,
  title: '',
  startedAt: 1,
  steps: [{ step: 'halt:web1', node: 'web1', state: 'waiting' }],
  cancellable: true,
};
const error = { code: 'MACHINE_FAILED' as const, message: 'web1 refused', detail: {} };
const play = (view: LabView, ...events: LabEvent[]): LabView =>
  events.reduce((before, event) => reduceLab(before, event, 70), view);
const started = (operation: Operation): LabEvent => ({ event: 'operation-started', payload: { lab, operation } });

it('remembers how an operation on a lab that is up ended, until the next one begins', () => {
  const failed = { step: 'halt:web1', node: 'web1', state: 'failed' as const };
  const view = play(
    idle,
    started(halt),
    { event: 'operation-progress', payload: { lab, operation: 'o1', steps: [failed] } },
    { event: 'operation-ended', payload: { lab, operation: 'o1', error } },
  );
  expect(view).toMatchObject({ operation: undefined, error: undefined });
  expect(view.ended).toEqual({ operation: { ...halt, steps: [failed] }, error, at: 70 });
  expect(play(view, started({ ...halt, id: 'o2' }))).toMatchObject({ operation: { id: 'o2' }, ended: undefined });
});

it('remembers one that went well without an error, and takes no notice of the end of another', () => {
  const end = (operation: string): LabEvent => ({ event: 'operation-ended', payload: { lab, operation } });
  expect(play(idle, started(halt), end('o0')).operation).toEqual(halt);
  expect(play(idle, started(halt), end('o1')).ended).toEqual({ operation: halt, error: undefined, at: 70 });
});

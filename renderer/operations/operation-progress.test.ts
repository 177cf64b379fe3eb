import { describe, expect, it } from 'vitest';
import type { Operation, PlanStep, StepProgress } from '../../provisioning/contract/index.ts';
import { operationProgress } from './operation-progress.ts';

const step = (id: string, action: PlanStep['action'], node?: string): PlanStep => ({
  id,
  action,
  title: id,
  reason: '',
  after: [],
  ...(node === undefined ? {} : { node }),
});

function reload(...steps: StepProgress[]): Operation {
  const plan = {
    lab: 'tfg',
    testbed: 'tfg',
    provider: 'vagrant' as const,
    steps: [
      step('pause', 'pause-nodes'),
      step('halt:web1', 'halt-node', 'web1'),
      step('halt:nas', 'halt-node', 'nas'),
      step('start:nas', 'start-node', 'nas'),
      step('start:web1', 'start-node', 'web1'),
    ],
  };
  return { id: 'o', kind: 'reload', lab: 'tfg', title: '', startedAt: 0, plan, steps, cancellable: true };
}

const lanes = (...steps: StepProgress[]) =>
  operationProgress(reload(...steps)).lanes.map(
    ({ key, shown, done, total }) => `${key}: ${shown.step.id} ${shown.progress.state} ${done}/${total}`,
  );

describe('the progress of an operation', () => {
  it('has one line a node, and one for each step of the whole lab', () => {
    expect(lanes()).toEqual(['pause: pause waiting 0/1', 'web1: halt:web1 waiting 0/2', 'nas: halt:nas waiting 0/2']);
  });

  it('shows what runs now, then what comes next, then what was last', () => {
    expect(
      lanes(
        { step: 'pause', state: 'done' },
        { step: 'halt:web1', node: 'web1', state: 'done' },
        { step: 'halt:nas', node: 'nas', state: 'done' },
        { step: 'start:nas', node: 'nas', state: 'running', fraction: 0.5 },
      ),
    ).toEqual(['pause: pause done 1/1', 'web1: start:web1 waiting 1/2', 'nas: start:nas running 1/2']);
    expect(
      lanes({ step: 'halt:nas', node: 'nas', state: 'done' }, { step: 'start:nas', node: 'nas', state: 'skipped' })[2],
    ).toBe('nas: start:nas skipped 2/2');
  });

  it('puts a failure before everything else', () => {
    expect(
      lanes(
        { step: 'halt:web1', node: 'web1', state: 'failed' },
        { step: 'start:web1', node: 'web1', state: 'running' },
      )[1],
    ).toBe('web1: halt:web1 failed 0/2');
  });

  it('counts running steps by their fraction', () => {
    const { done, total, fraction } = operationProgress(
      reload({ step: 'pause', state: 'done' }, { step: 'halt:nas', node: 'nas', state: 'running', fraction: 0.5 }),
    );
    expect([done, total, fraction]).toEqual([1, 5, 0.3]);
  });

  it('has no lines before there is a plan', () => {
    const { plan, ...bare } = reload();
    expect(plan).toBeDefined();
    expect(operationProgress(bare)).toEqual({ done: 0, total: 0, fraction: 0, lanes: [] });
  });
});

import { expect, it } from 'vitest';
import type { Operation, StepProgress } from '../../provisioning/contract/index.ts';
import { startProgress, stepDuration } from './progress.ts';

function operation(steps: StepProgress[]): Operation {
  const step = (id: string, action: 'build-base' | 'create-node' | 'apply-recipe', after: string[], node?: string) => ({
    id,
    action,
    title: id,
    reason: '',
    after,
    ...(node ? { node } : {}),
  });
  return {
    id: 'op1',
    kind: 'up',
    lab: 'tfg',
    title: '',
    startedAt: 0,
    cancellable: true,
    steps,
    plan: {
      lab: 'tfg',
      testbed: 'tfg',
      provider: 'namespaces',
      steps: [
        step('base', 'build-base', []),
        step('node:web1', 'create-node', ['base'], 'web1'),
        step('recipe:web1', 'apply-recipe', ['node:web1', 'base'], 'web1'),
        step('node:web2', 'create-node', ['base'], 'web2'),
      ],
    },
  };
}

it('counts what has ended, and running steps by their fraction', () => {
  const { done, total, fraction } = startProgress(
    operation([
      { step: 'base', state: 'done' },
      { step: 'node:web1', state: 'skipped' },
      { step: 'recipe:web1', state: 'running', fraction: 0.5 },
    ]),
  );
  expect([done, total, fraction]).toEqual([2, 4, 0.625]);
});

it('says what a waiting step waits for, leaving out what has ended', () => {
  const { nodes } = startProgress(operation([{ step: 'base', state: 'done' }]));
  expect(nodes[0]?.create?.waitsFor).toEqual([]);
  expect(nodes[0]?.configure?.waitsFor.map(({ id }) => id)).toEqual(['node:web1']);
});

it('sorts steps into those of the lab and those of each node', () => {
  const { shared, nodes } = startProgress(operation([]));
  expect(shared.map(({ step }) => step.id)).toEqual(['base']);
  expect(nodes.map(({ node, configure }) => [node, configure?.step.id])).toEqual([
    ['web1', 'recipe:web1'],
    ['web2', undefined],
  ]);
});

it('is empty, not an error, before the plan is known', () => {
  const { id, kind, lab, title, startedAt, steps, cancellable } = operation([]);
  expect(startProgress({ id, kind, lab, title, startedAt, steps, cancellable })).toMatchObject({
    total: 0,
    fraction: 0,
    nodes: [],
  });
});

it('measures a step until its end, or until now', () => {
  expect(stepDuration({ step: 'a', state: 'waiting' }, 900)).toBeUndefined();
  expect(stepDuration({ step: 'a', state: 'running', startedAt: 100 }, 900)).toBe(800);
  expect(stepDuration({ step: 'a', state: 'done', startedAt: 100, endedAt: 350 }, 900)).toBe(250);
});

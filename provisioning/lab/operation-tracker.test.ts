import { expect, test } from 'vitest';
import type { RpcEvent } from '../contract/index.ts';
import { OperationTracker } from './operation-tracker.ts';

function track(cancellable = true): { tracker: OperationTracker; events: RpcEvent[] } {
  const events: RpcEvent[] = [];
  const steps = ['base', 'ready'].map((id) => ({
    id,
    action: 'build-base' as const,
    title: id,
    reason: id,
    after: [],
  }));
  const plan = { lab: 'tfg', testbed: 'tfg', provider: 'namespaces' as const, steps };
  const tracker = new OperationTracker({
    kind: 'up',
    lab: 'tfg',
    title: 'Start tfg',
    plan,
    cancellable,
    emit: (event) => events.push(event),
  });
  return { tracker, events };
}

const stateOf = (tracker: OperationTracker, step: string): string | undefined =>
  tracker.operation.steps.find((candidate) => candidate.step === step)?.state;

test('a step that ends well is done, one that throws has failed, and the error goes on', async () => {
  const { tracker } = track();
  await tracker.step('base', () => Promise.resolve());
  await expect(tracker.step('ready', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect([stateOf(tracker, 'base'), stateOf(tracker, 'ready')]).toEqual(['done', 'failed']);
});

test('what a cancelled operation had not finished was skipped, and nothing new begins', async () => {
  const { tracker } = track();
  const interrupted = tracker.step('base', async () => {
    tracker.cancel();
    await Promise.reject(new Error('cut short'));
  });
  await expect(interrupted).rejects.toThrow('cut short');
  expect(stateOf(tracker, 'base')).toBe('skipped');
  await expect(tracker.step('ready', () => Promise.resolve())).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(stateOf(tracker, 'ready')).toBe('waiting');
});

test('an operation that cannot be cancelled says so', () => {
  expect(() => track(false).tracker.cancel()).toThrow(expect.objectContaining({ code: 'LAB_BUSY' }));
});

test('it begins with all steps waiting, tells each change once, and ends', async () => {
  const { tracker, events } = track();
  await tracker.step('base', () => Promise.resolve());
  tracker.end();
  await tracker.ended;
  expect(events.map(({ event }) => event)).toEqual([
    'operation-started',
    'operation-progress',
    'operation-progress',
    'operation-ended',
  ]);
});

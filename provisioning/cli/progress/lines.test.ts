import { describe, expect, test } from 'vitest';
import type { Operation, StepProgress } from '../../contract/index.ts';
import { baseLine, changeLines, progressLines, stepName } from './lines.ts';

const begin = 1_000_000;

function operation(...steps: StepProgress[]): Operation {
  return { id: 'up', kind: 'up', lab: 'tfg', title: 'Start tfg', startedAt: begin, steps, cancellable: true };
}

const base: StepProgress = { step: 'base', state: 'done', startedAt: begin, endedAt: begin + 400 };
const node: StepProgress = {
  step: 'node:web1',
  node: 'web1',
  state: 'done',
  startedAt: begin + 400,
  endedAt: begin + 600,
};
const recipe: StepProgress = {
  step: 'recipe:web1',
  node: 'web1',
  state: 'running',
  message: 'Start the web server',
  fraction: 0.5,
  startedAt: begin + 600,
};
const ready: StepProgress = { step: 'ready:lab', state: 'waiting' };
const screen = { columns: 80, rows: 24 };

describe('on a terminal', () => {
  test('there is a line a node, with what it does and for how long', () => {
    expect(progressLines(operation(base, node, recipe, ready), begin + 1600, screen)).toEqual([
      'Start tfg  1.6 s  2 of 4 steps',
      '  ✓ base    0.40 s',
      '  » web1     1.2 s  Start the web server 50 %',
      '  · lab',
    ]);
  });

  test('a node with a failed step has failed, and says why', () => {
    const failed: StepProgress = { ...recipe, state: 'failed', message: 'apache2 did not start', endedAt: begin + 900 };
    expect(progressLines(operation(node, failed), begin + 2000, screen).at(-1)).toBe(
      '  ✗ web1    0.50 s  apache2 did not start',
    );
  });

  test('on a low screen, what runs or failed stays in sight', () => {
    const low = { columns: 80, rows: 3 };
    expect(progressLines(operation(base, recipe, ready), begin + 1600, low)[1]).toContain('web1');
  });

  test('no line is as wide as the terminal, which would break it', () => {
    const wordy = { ...recipe, message: 'x'.repeat(500) };
    for (const line of progressLines(operation(wordy), begin + 1600, { columns: 40, rows: 24 })) {
      expect(line.length).toBeLessThan(40);
    }
  });
});

describe('in a log', () => {
  test('each step is told of once, when it ends, without what it said last', () => {
    const after = operation(base, { ...recipe, state: 'done', endedAt: begin + 2600 });
    const lines = changeLines(operation(base, recipe), after, begin + 9000);
    expect(lines).toEqual(['     2.6 s  ✓ recipe:web1 (2.0 s)']);
    expect(changeLines(after, after, begin + 9000)).toEqual([]);
  });

  test('what a step says on its way is not told', () => {
    expect(changeLines(operation(base), operation(base, recipe), begin + 5000)).toEqual([]);
  });

  test('the base layer tells how far it is, with the time since the operation began', () => {
    const making: StepProgress = { step: 'base', state: 'running', message: 'Unpack apache2', startedAt: begin + 1000 };
    expect(baseLine(operation(making), begin + 6000)).toBe('     6.0 s  » base: Unpack apache2');
    expect(baseLine(operation(base, recipe), begin + 6000)).toBeUndefined();
  });

  test('a failure says why', () => {
    const failed: StepProgress = { ...recipe, state: 'failed', endedAt: begin + 700 };
    expect(changeLines(operation(recipe), operation(failed), begin + 700)[0]).toContain('✗ recipe:web1: Start the web');
  });
});

test("a step's name is what comes after its kind", () => {
  expect([stepName('recipe:web1'), stepName('base')]).toEqual(['web1', 'base']);
});

import type { Operation } from '../../provisioning/contract/index.ts';
import type { ShownStep } from '../starting/progress.ts';
import { shownSteps, startProgress } from '../starting/progress.ts';

/** Where one node is in an operation: of its steps, the one that says most now. */
export interface Lane {
  /** The node's name, or the step's id where a step is the whole lab's. */
  readonly key: string;
  readonly node: string | undefined;
  readonly shown: ShownStep;
  readonly done: number;
  readonly total: number;
}

export interface OperationProgress {
  readonly done: number;
  readonly total: number;
  /** 0 to 1; running steps count by their own fraction. */
  readonly fraction: number;
  readonly lanes: readonly Lane[];
}

/** An operation as the lab's screen shows it beside the map: a line for each node, in the order of the plan. */
export function operationProgress(operation: Operation): OperationProgress {
  const { done, total, fraction } = startProgress(operation);
  const groups = new Map<string, ShownStep[]>();
  for (const shown of shownSteps(operation)) {
    const key = shown.step.node ?? shown.step.id;
    groups.set(key, [...(groups.get(key) ?? []), shown]);
  }
  const lanes = [...groups].flatMap(([key, steps]) => laneOf(key, steps) ?? []);
  return { done, total, fraction, lanes };
}

function laneOf(key: string, steps: readonly ShownStep[]): Lane | undefined {
  const inState = (...states: readonly string[]): ShownStep | undefined =>
    steps.find(({ progress }) => states.includes(progress.state));
  const shown = inState('failed') ?? inState('running') ?? inState('waiting') ?? steps.at(-1);
  if (shown === undefined) return undefined;
  const done = steps.filter(({ progress }) => progress.state === 'done' || progress.state === 'skipped').length;
  return { key, node: shown.step.node, shown, done, total: steps.length };
}

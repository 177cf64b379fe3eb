import type { Operation, PlanStep, StepProgress } from '../../provisioning/contract/index.ts';

export type StepState = StepProgress['state'];

export interface ShownStep {
  readonly step: PlanStep;
  readonly progress: StepProgress;
  /** Steps that must end before this one begins; only while it waits. */
  readonly waitsFor: readonly PlanStep[];
}

export interface NodeSteps {
  readonly node: string;
  readonly create: ShownStep | undefined;
  readonly configure: ShownStep | undefined;
}

/** A start as the screen shows it: steps of the whole lab, then two columns of steps for each node. */
export interface StartProgress {
  readonly done: number;
  readonly total: number;
  /** 0 to 1; running steps count by their own fraction. */
  readonly fraction: number;
  readonly shared: readonly ShownStep[];
  readonly nodes: readonly NodeSteps[];
}

/** The steps of the plan, in its order, each with where it stands. */
export function shownSteps(operation: Operation): ShownStep[] {
  const steps = operation.plan?.steps ?? [];
  const progress = new Map(operation.steps.map((step) => [step.step, step]));
  const ended = (id: string): boolean => isEnded(progress.get(id)?.state ?? 'waiting');
  return steps.map((step): ShownStep => {
    const own = progress.get(step.id) ?? { step: step.id, state: 'waiting' };
    const waitsFor = own.state === 'waiting' ? steps.filter(({ id }) => step.after.includes(id) && !ended(id)) : [];
    return { step, progress: own, waitsFor };
  });
}

export function startProgress(operation: Operation): StartProgress {
  const shown = shownSteps(operation);
  const done = shown.filter((one) => isEnded(one.progress.state)).length;
  const partial = shown.map((one) => (one.progress.state === 'running' ? (one.progress.fraction ?? 0) : 0));
  const names = [...new Set(shown.flatMap(({ step }) => step.node ?? []))];
  return {
    done,
    total: shown.length,
    fraction: shown.length === 0 ? 0 : (done + partial.reduce((sum, one) => sum + one, 0)) / shown.length,
    shared: shown.filter(({ step }) => step.node === undefined),
    nodes: names.map((node) => ({
      node,
      create: shown.find(({ step }) => step.node === node && step.action === 'create-node'),
      configure: shown.find(({ step }) => step.node === node && step.action === 'apply-recipe'),
    })),
  };
}

function isEnded(state: StepState): boolean {
  return state === 'done' || state === 'skipped';
}

/** How long a step has taken, or took, in ms; undefined before it begins. Never negative: `now` only moves a few times a second. */
export function stepDuration({ startedAt, endedAt }: StepProgress, now: number): number | undefined {
  return startedAt === undefined ? undefined : Math.max(0, (endedAt ?? now) - startedAt);
}

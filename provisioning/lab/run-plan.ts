import type { PlanStep } from '../contract/index.ts';

/** What is to be done in a step; undefined when somebody else does it. */
export type TaskOf = (step: PlanStep) => (() => Promise<void>) | undefined;

/** Every step as soon as what it needs is there. The first failure is told when all that had begun has ended. */
export async function runPlan(steps: readonly PlanStep[], taskOf: TaskOf): Promise<void> {
  const ended = new Map<string, Promise<void>>();
  for (const step of inOrder(steps)) {
    const task = taskOf(step);
    if (task === undefined) continue;
    const before = Promise.all(step.after.flatMap((id) => ended.get(id) ?? []));
    ended.set(step.id, before.then(task));
  }
  const all = [...ended.values()];
  await Promise.all(all).catch(async (error: unknown) => {
    await Promise.allSettled(all);
    throw error;
  });
}

/** Steps that others wait for come first, so that their promise is there to be waited for. */
function inOrder(steps: readonly PlanStep[]): PlanStep[] {
  const ordered: PlanStep[] = [];
  const visit = (step: PlanStep): void => {
    if (ordered.includes(step)) return;
    for (const id of step.after) {
      const before = steps.find((candidate) => candidate.id === id);
      if (before !== undefined) visit(before);
    }
    ordered.push(step);
  };
  for (const step of steps) visit(step);
  return ordered;
}

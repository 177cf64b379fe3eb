import type { Plan } from '../../contract/index.ts';
import { applyRecipe } from '../apply-recipe.ts';
import type { Lab } from '../lab.ts';
import { machinesOf } from '../node-power.ts';
import type { OperationTracker } from '../operation-tracker.ts';
import { labRecipes } from '../recipes.ts';
import { runPlan } from '../run-plan.ts';
import { expectSome, nodesIn, subjectOf } from './subject.ts';
import { haltPlan, lifecycleSteps, reloadPlan, startPlan, suspendPlan } from './plans.ts';
import { pauseAll } from './stillness.ts';

/** Something that is done to a lab: what, and how. */
export interface LabWork<Result = void> {
  readonly plan: Plan;
  /** @throws RelevoError of the first step that failed */
  readonly run: (operation: OperationTracker) => Promise<Result>;
}

export function haltLab(lab: Lab, nodes?: readonly string[]): LabWork {
  const subject = subjectOf(lab, nodes, ['running', 'starting', 'frozen', 'failed']);
  expectSome(subject, 'NODE_NOT_RUNNING');
  return nodeWork(lab, haltPlan(subject));
}

export function startLab(lab: Lab, nodes?: readonly string[]): LabWork {
  const subject = subjectOf(lab, nodes, ['off', 'suspended', 'frozen', 'failed']);
  expectSome(subject, 'NODE_ALREADY_RUNNING');
  return nodeWork(lab, startPlan(subject));
}

/** @param provision whether the machines are set up again */
export function reloadLab(lab: Lab, nodes: readonly string[] | undefined, provision: boolean): LabWork {
  machinesOf(lab, 'reloaded');
  return nodeWork(lab, reloadPlan(subjectOf(lab, nodes), provision));
}

/** Machines that run stop in the same moment, and are written to disk one after the other. */
export function suspendLab(lab: Lab, nodes?: readonly string[]): LabWork {
  const machines = machinesOf(lab, 'suspended');
  const subject = subjectOf(lab, nodes, ['running', 'frozen', 'failed']);
  expectSome(subject, 'NODE_NOT_RUNNING');
  return {
    plan: suspendPlan(subject),
    run: async (operation) => {
      const isMeant = (node: string): boolean => subject.nodes.includes(node);
      const stillness = await pauseAll(lab, nodesIn(lab, 'running', 'failed').filter(isMeant), operation);
      const suspended = new Set<string>();
      try {
        for (const node of subject.nodes) {
          await operation.step(lifecycleSteps.suspend(node), () => machines.suspendNode(node));
          suspended.add(node);
        }
      } finally {
        await stillness.end(stillness.nodes.filter((node) => !suspended.has(node)));
      }
    },
  };
}

/** Steps about single nodes, each as soon as those that it waits for have ended. */
function nodeWork(lab: Lab, plan: Plan): LabWork {
  return {
    plan,
    run: (operation) =>
      runPlan(plan.steps, ({ id, action, node }) => {
        if (node === undefined) return undefined;
        if (action === 'halt-node')
          return () =>
            operation.step(id, async () => {
              await lab.power.halt(node);
            });
        if (action === 'start-node') return () => operation.step(id, () => start(lab, node));
        return action === 'apply-recipe' ? () => operation.step(id, () => setUpAgain(lab, node, operation)) : undefined;
      }),
  };
}

/** One that runs already, because somebody started it meanwhile, is as it should be. */
async function start(lab: Lab, node: string): Promise<void> {
  if (lab.nodeStatus(node).state !== 'running') await lab.power.start(node);
}

async function setUpAgain(lab: Lab, node: string, operation: OperationTracker): Promise<void> {
  const recipe = labRecipes(lab.record).find((candidate) => candidate.node === node);
  if (recipe !== undefined) await applyRecipe(lab, recipe, lifecycleSteps.recipe(node), operation);
}

import { RelevoError } from '../contract/index.ts';
import type { PlanStep } from '../contract/index.ts';
import type { LabRuntime, Provider } from '../providers/provider.ts';
import { packagesFor } from '../recipes/index.ts';
import type { Recipe } from '../recipes/index.ts';
import type { Lab } from './lab.ts';
import { saveRecord } from './lab-record.ts';
import { awaitReady, bootNode, installRecipe } from './node-setup.ts';
import type { OperationTracker } from './operation-tracker.ts';
import { planLab, stepIds } from './plan.ts';
import { labRecipes } from './recipes.ts';

/** Election at the usual interval takes under four seconds; a slow machine gets its time, a broken one an answer. */
const READY_LIMIT_MS = 30_000;
const POLL_MS = 20;

/** Brings a claimed lab up, step by step; whoever calls it undoes it when it rejects. */
export async function bringUp(lab: Lab, provider: Provider, operation: OperationTracker): Promise<void> {
  await prepareBase(lab, provider, operation);
  const runtime = await createMachines(lab, provider, operation);
  await setUpNodes(lab, runtime, operation);
  await operation.step(stepIds.ready, () => awaitCluster(lab, operation));
  operation.throwIfCancelled();
  await runtime.commit();
}

async function prepareBase(lab: Lab, provider: Provider, operation: OperationTracker): Promise<void> {
  await operation.step(stepIds.base, async () => {
    const onProgress = (progress: { message: string; fraction?: number }): void =>
      operation.progress(stepIds.base, progress);
    const { base, built } = await provider.prepare(packagesFor(lab.testbed), onProgress, operation.signal);
    lab.log.add('info', 'engine', built ? `Built the base layer ${base}` : `Using the base layer ${base}`);
    lab.record = { ...lab.record, specification: { ...lab.record.specification, base } };
    await saveRecord(lab.record);
  });
}

async function createMachines(lab: Lab, provider: Provider, operation: OperationTracker): Promise<LabRuntime> {
  const { specification, keys } = lab.record;
  const networks = specification.networks.map(({ name }) => stepIds.network(name));
  operation.throwIfCancelled();
  for (const step of networks) operation.progress(step, { state: 'running' });
  const runtime = await provider.create(specification, {
    hostPrivateKey: keys.host.privateKey,
    authorizedKey: keys.engine.publicKey,
  });
  for (const step of networks) operation.progress(step, { state: 'done' });
  lab.adopt(runtime);
  return runtime;
}

/** Every node as soon as what it needs is there; the first failure ends all. */
async function setUpNodes(lab: Lab, runtime: LabRuntime, operation: OperationTracker): Promise<void> {
  const { steps } = planLab(lab.name, lab.testbed);
  const recipes = new Map(labRecipes(lab.record).map((recipe) => [stepIds.node(recipe.node), recipe]));
  const ended = new Map<string, Promise<void>>();
  for (const step of dependedOnFirst(steps.filter(({ action }) => action === 'create-node'))) {
    const recipe = recipes.get(step.id);
    if (recipe === undefined) throw new RelevoError('INTERNAL', `There is no recipe for the step ${step.id}.`);
    const before = step.after.flatMap((id) => ended.get(id) ?? []);
    ended.set(stepIds.recipe(recipe.node), setUpNode({ lab, runtime, operation, recipe, before }));
  }
  const all = [...ended.values()];
  await Promise.all(all).catch(async (error: unknown) => {
    await Promise.allSettled(all);
    throw error;
  });
}

/** Nodes that others wait for come first, so that their promise is there to be waited for. */
function dependedOnFirst(steps: readonly PlanStep[]): PlanStep[] {
  const depth = ({ after }: PlanStep): number => after.filter((id) => id.startsWith(stepIds.recipe(''))).length;
  return [...steps].sort((left, right) => depth(left) - depth(right));
}

interface NodeSetup {
  readonly lab: Lab;
  readonly runtime: LabRuntime;
  readonly operation: OperationTracker;
  readonly recipe: Recipe;
  /** Other nodes' recipes that must have ended before this node is created. */
  readonly before: readonly Promise<void>[];
}

async function setUpNode({ lab, runtime, operation, recipe, before }: NodeSetup): Promise<void> {
  const { node } = recipe;
  await Promise.all(before);
  await operation.step(stepIds.node(node), () => runtime.startNode(node));
  const id = stepIds.recipe(node);
  await operation.step(id, async () => {
    const onProgress = (message: string, fraction?: number): void =>
      operation.progress(id, fraction === undefined ? { message } : { message, fraction });
    const connection = await lab.connection(node);
    await installRecipe(connection, recipe, onProgress, operation.signal);
    operation.throwIfCancelled();
    await bootNode(connection, onProgress, operation.signal);
    await awaitReady(connection, recipe, onProgress, operation.signal);
    lab.markRunning(node);
  });
}

/** What still has to happen before the cluster is one; empty when it is. */
function missing(lab: Lab): string[] {
  const { virtualAddresses, directors } = lab.status();
  return [
    ...virtualAddresses
      .filter(({ holders }) => holders.length === 0)
      .map(({ address }) => `${address} has no holder yet`),
    ...directors
      .filter(({ snapshot }) => (snapshot?.services.length ?? 0) < lab.testbed.virtualServices.length)
      .map(({ node }) => `the director on ${node} does not show its table yet`),
  ];
}

async function awaitCluster(lab: Lab, operation: OperationTracker): Promise<void> {
  const end = Date.now() + READY_LIMIT_MS;
  let said = '';
  for (;;) {
    operation.throwIfCancelled();
    const [first] = missing(lab);
    if (first === undefined) return;
    if (first !== said) operation.progress(stepIds.ready, { message: `Waiting: ${first}` });
    said = first;
    if (Date.now() > end) throw notReady(lab, first);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function notReady(lab: Lab, what: string): RelevoError {
  return new RelevoError('TIMEOUT', `The cluster was not ready within ${READY_LIMIT_MS / 1000} s: ${what}.`, {
    lab: lab.name,
    output: lab.log
      .last({ lines: 15 })
      .map(({ source, message }) => `${source}: ${message}`)
      .join('\n'),
    hint: 'Start the lab again. If it happens again, the last lines of the log say what the directors were doing.',
  });
}

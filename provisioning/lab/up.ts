import { RelevoError } from '../contract/index.ts';
import type { Plan, PlanStep } from '../contract/index.ts';
import type { LabRuntime, Provider } from '../providers/provider.ts';
import { packagesFor } from '../recipes/index.ts';
import type { Recipe } from '../recipes/index.ts';
import { applyRecipe } from './apply-recipe.ts';
import type { Lab } from './lab.ts';
import { saveRecord } from './lab-record.ts';
import type { OperationTracker } from './operation-tracker.ts';
import { planLab, stepIds } from './plan.ts';
import { labRecipes } from './recipes.ts';
import { runPlan } from './run-plan.ts';

/** Election at the usual interval takes under four seconds; a slow machine gets its time, a broken one an answer. */
const READY_LIMIT_MS = { namespaces: 30_000, vagrant: 180_000 } as const;
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
    const packages = packagesFor(lab.testbed, lab.record.provider);
    const { specification } = lab.record;
    const prepared = await provider.prepare(specification, packages, onProgress, operation.signal);
    lab.log.add('info', 'engine', `${prepared.built ? 'Made' : 'Using'} ${prepared.what}`);
    lab.record = { ...lab.record, specification: prepared.specification };
    await saveRecord(lab.record);
  });
}

async function createMachines(lab: Lab, provider: Provider, operation: OperationTracker): Promise<LabRuntime> {
  const { specification, keys } = lab.record;
  const networks = planOf(lab).steps.flatMap(({ id, action }) => (action === 'create-network' ? [id] : []));
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

function planOf({ record }: Lab): Plan {
  return planLab(record.lab, record.testbed, record.provider);
}

/** Every step as soon as what it needs is there; the first failure ends all. */
async function setUpNodes(lab: Lab, runtime: LabRuntime, operation: OperationTracker): Promise<void> {
  const recipes = new Map(labRecipes(lab.record).map((recipe) => [recipe.node, recipe]));
  const setup = { lab, runtime, operation };
  await runPlan(planOf(lab).steps, (step) => taskOf(step, recipes, setup));
}

/** What is to be done about one node; undefined for steps that concern the lab. */
function taskOf(
  { action, node }: PlanStep,
  recipes: ReadonlyMap<string, Recipe>,
  setup: Setup,
): (() => Promise<void>) | undefined {
  if (node === undefined) return undefined;
  if (action === 'create-node') return () => startNode(setup, node);
  const recipe = recipes.get(node);
  if (action !== 'apply-recipe' || recipe === undefined) return undefined;
  const id = stepIds.recipe(node);
  const { lab, operation } = setup;
  return () => operation.step(id, () => applyRecipe(lab, recipe, id, operation));
}

interface Setup {
  readonly lab: Lab;
  readonly runtime: LabRuntime;
  readonly operation: OperationTracker;
}

async function startNode({ runtime, operation }: Setup, node: string): Promise<void> {
  const id = stepIds.node(node);
  const onProgress = (message: string): void => operation.progress(id, { message });
  await operation.step(id, () => runtime.startNode(node, { onProgress, signal: operation.signal }));
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
  const limit = READY_LIMIT_MS[lab.record.provider];
  const end = Date.now() + limit;
  let said = '';
  for (;;) {
    operation.throwIfCancelled();
    const [first] = missing(lab);
    if (first === undefined) return;
    if (first !== said) operation.progress(stepIds.ready, { message: `Waiting: ${first}` });
    said = first;
    if (Date.now() > end) throw notReady(lab, first, limit);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function notReady(lab: Lab, what: string, limitMs: number): RelevoError {
  return new RelevoError('TIMEOUT', `The cluster was not ready within ${limitMs / 1000} s: ${what}.`, {
    lab: lab.name,
    output: lab.log
      .last({ lines: 15 })
      .map(({ source, message }) => `${source}: ${message}`)
      .join('\n'),
    hint: 'Start the lab again. If it happens again, the last lines of the log say what the directors were doing.',
  });
}

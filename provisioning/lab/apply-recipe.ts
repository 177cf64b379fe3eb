import type { Recipe } from '../recipes/index.ts';
import type { Lab } from './lab.ts';
import { setUpNode } from './node-setup.ts';
import type { OperationTracker } from './operation-tracker.ts';

/** Makes a node what its recipe says, told as the progress of a step, and follows it from then on. */
export async function applyRecipe(lab: Lab, recipe: Recipe, step: string, operation: OperationTracker): Promise<void> {
  const { node } = recipe;
  const onProgress = (message: string, fraction?: number): void =>
    operation.progress(step, fraction === undefined ? { message } : { message, fraction });
  const connection = await lab.connectionSoon(node);
  await setUpNode(connection, recipe, { onProgress, signal: operation.signal, assets: lab.assets });
  lab.markRunning(node);
}

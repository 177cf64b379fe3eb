import type { Operation } from '../../provisioning/contract/index.ts';
import type { LabView } from '../state/lab-view.ts';
import { directorNodes } from '../state/roles.ts';

const stopping: ReadonlySet<Operation['kind']> = new Set([
  'down',
  'halt',
  'suspend',
  'start',
  'reload',
  'take-snapshot',
  'restore-snapshot',
]);

/** Every node is off or suspended: nothing is wrong, the lab sleeps. */
export function isAsleep({ nodes }: Pick<LabView, 'nodes'>): boolean {
  const states = Object.values(nodes).map(({ state }) => state);
  return states.length > 0 && states.every((state) => state === 'off' || state === 'suspended');
}

/** Nobody can hold the virtual addresses now, because every director was told to stop, or is only just starting. */
export function outageExpected(view: Pick<LabView, 'operation' | 'testbed' | 'nodes'>): boolean {
  const { operation } = view;
  if (isAsleep(view)) return true;
  if (operation === undefined || !stopping.has(operation.kind)) return false;
  const touched = new Set((operation.plan?.steps ?? []).map(({ node }) => node));
  return directorNodes(view).every((node) => touched.has(node));
}

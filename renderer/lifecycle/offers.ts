import type { Ability, LabStatus, NodeState, ProviderName } from '../../provisioning/contract/index.ts';
import { abilities } from '../../provisioning/contract/index.ts';

/** What can be asked of a lab that is up, as a whole. */
export type LabAction = 'halt' | 'suspend' | 'start' | 'reload' | 'upgrade';
/** What can be asked of one node. */
export type NodeAction = 'halt' | 'suspend' | 'start';

/** Why something cannot be asked for now. */
export type Refusal =
  /** Only machines with a disk and a memory of their own can. */
  | 'machines-only'
  /** The lab does something else. */
  | 'busy'
  | 'all-off'
  | 'all-running'
  | 'none-running'
  /** No director of ours is there to be upgraded: the document's own software runs in its place. */
  | 'classic';

export interface LabFacts {
  readonly provider: ProviderName;
  readonly states: readonly NodeState[];
  readonly stack: NonNullable<LabStatus['options']['machines']>['stack'];
  readonly busy: boolean;
}

const needed: Partial<Record<LabAction, Ability>> = { suspend: 'suspend', reload: 'reload', upgrade: 'upgrade' };

/** Undefined when it can be asked for. What will never be possible comes before what is not possible now. */
export function refusalOf(action: LabAction, { provider, states, stack, busy }: LabFacts): Refusal | undefined {
  const ability = needed[action];
  if (ability !== undefined && !abilities[provider].includes(ability)) return 'machines-only';
  if (action === 'upgrade' && stack === 'classic') return 'classic';
  if (busy) return 'busy';
  if (action === 'start') return states.every((state) => state === 'running') ? 'all-running' : undefined;
  if (action === 'halt') return states.every((state) => state === 'off') ? 'all-off' : undefined;
  // Machines that are off can be reloaded: they come up with what their Vagrantfile says now.
  if (action === 'reload') return undefined;
  return states.some((state) => state === 'running') ? undefined : 'none-running';
}

/** Which of these actions make sense for a node in `state`, whatever else the lab does. */
export function nodeActions(state: NodeState): Readonly<Record<NodeAction, boolean>> {
  return {
    // A frozen one cannot shut itself down, and of a suspended one the memory would be lost.
    halt: state === 'running',
    suspend: state === 'running',
    start: state === 'off' || state === 'suspended' || state === 'failed' || state === 'frozen',
  };
}

import { useLab } from '../app/services.ts';
import { holdingOf } from '../state/roles.ts';

/** Who holds the virtual addresses; during an outage, who held them last, so that the screen does not jump twice. */
export function useHolder(lab: string): string | undefined {
  return useLab(lab, (view) => {
    const holding = holdingOf(view.virtualAddresses);
    if (holding.kind === 'held') return holding.node;
    const [first] = view.virtualAddresses;
    return first === undefined ? undefined : (first.holders[0] ?? view.lastHolders[first.address]);
  });
}

import { useMemo } from 'react';
import { useApp, useLab } from '../app/services.ts';
import { labCommands, pendingName } from '../state/commands.ts';
import type { LabFacts } from './offers.ts';

/** The lab is in the middle of something, or this window has just asked for it. */
export function useLabBusy(lab: string): boolean {
  const asked = useApp(({ pending }) => labCommands.some((command) => pending[pendingName(command, lab)] === true));
  const operating = useLab(lab, (view) => view.operation !== undefined || view.summary.phase === 'stopping');
  return asked || operating;
}

export function useLabFacts(lab: string): LabFacts {
  const provider = useLab(lab, (view) => view.summary.provider);
  const nodes = useLab(lab, (view) => view.nodes);
  const stack = useLab(lab, (view) => view.options.machines?.stack) ?? 'director';
  const busy = useLabBusy(lab);
  return useMemo(() => {
    const states = Object.values(nodes).map(({ state }) => state);
    return { provider, states, stack, busy };
  }, [provider, nodes, stack, busy]);
}

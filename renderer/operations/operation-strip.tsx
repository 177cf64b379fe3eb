import { useLab } from '../app/services.ts';
import { EndedStrip } from './ended-strip.tsx';
import { RunningStrip } from './running-strip.tsx';

/** What is being done to the lab, or was just done: between the toolbar and the map, which stays in sight. */
export function OperationStrip({ lab }: { readonly lab: string }) {
  const operation = useLab(lab, (view) => view.operation);
  const ended = useLab(lab, (view) => view.ended);
  if (operation !== undefined) {
    // A start has a screen of its own, a drill a section.
    return operation.kind === 'up' || operation.kind === 'drill' ? null : (
      <RunningStrip key={operation.id} operation={operation} />
    );
  }
  return ended === undefined ? null : <EndedStrip key={ended.operation.id} ended={ended} />;
}

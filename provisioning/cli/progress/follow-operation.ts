import type { EventPayload, Operation, StepProgress } from '../../contract/index.ts';
import type { EngineClient } from '../../rpc-client/index.ts';

export interface OperationFollower {
  /** The operation as far as it is known. */
  current(): Operation | undefined;
  /** Asks the engine to give the operation up, now or as soon as it is known. */
  cancel(): void;
}

/** Follows what happens to a lab that may not exist yet: its operation is in its first snapshot, and events carry on from there. */
export async function followOperation(
  client: EngineClient,
  lab: string,
  onChange: (operation: Operation) => void,
): Promise<OperationFollower> {
  let operation: Operation | undefined;
  let cancelled = false;
  const update = (next: Operation | undefined): void => {
    if (next === undefined) return;
    const isNew = operation?.id !== next.id;
    operation = next;
    if (isNew && cancelled) cancelNow(client, next);
    onChange(next);
  };
  client.on('operation-started', (event) => {
    if (event.lab === lab) update(event.operation);
  });
  client.on('operation-progress', (event) => {
    if (event.operation === operation?.id) update(withProgress(operation, event.steps));
  });
  client.on('lab-snapshot', (event) => {
    if (event.lab === lab) update(event.status.operation);
  });
  await subscribeWhenThere(client, lab);
  return {
    current: () => operation,
    cancel: () => {
      cancelled = true;
      if (operation !== undefined) cancelNow(client, operation);
    },
  };
}

function cancelNow(client: EngineClient, { id }: Operation): void {
  // It may have ended in the same moment: then there is nothing to cancel.
  client.call('operation.cancel', { operation: id }).catch(() => undefined);
}

async function subscribeWhenThere(client: EngineClient, lab: string): Promise<void> {
  let subscribed = false;
  client.on('labs', ({ labs }: EventPayload<'labs'>) => {
    if (subscribed || !labs.some((summary) => summary.lab === lab)) return;
    subscribed = true;
    client.call('subscribe.lab', { lab }).catch(() => (subscribed = false));
  });
  await client.call('subscribe.labs', {});
}

function withProgress(operation: Operation, changes: readonly StepProgress[]): Operation {
  const changed = new Map(changes.map((step) => [step.step, step]));
  const known = operation.steps.map((step) => changed.get(step.step) ?? step);
  const fresh = changes.filter(({ step }) => !operation.steps.some((old) => old.step === step));
  return { ...operation, steps: [...known, ...fresh] };
}

import type { Operation } from '../../contract/index.ts';
import type { EngineClient } from '../../rpc-client/index.ts';
import { onInterrupt } from '../interrupt.ts';
import { createProgressDisplay } from './display.ts';
import { followOperation } from './follow-operation.ts';

export interface Followed<Answer> {
  readonly client: EngineClient;
  readonly lab: string;
  /** Nothing is shown beside one JSON document. */
  readonly json: boolean | undefined;
  readonly work: () => Promise<Answer>;
  /** What to say when Ctrl-C was pressed for the so manieth time; the first cancels. */
  readonly onInterrupt: (times: number, operation: Operation | undefined) => string;
}

/** Does something long with a lab: its steps are shown, and Ctrl-C gives it up. */
export async function withProgress<Answer>(followed: Followed<Answer>): Promise<Answer> {
  const { client, lab, json, work } = followed;
  const display = createProgressDisplay(json === true ? undefined : process.stderr);
  const follower = await followOperation(client, lab, (operation) => display.show(operation));
  const stopListening = onInterrupt((times) => {
    if (times === 1) follower.cancel();
    display.note(followed.onInterrupt(times, follower.current()));
  });
  try {
    return await work();
  } finally {
    stopListening();
    display.end();
  }
}

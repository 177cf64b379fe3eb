import type { Lab } from '../lab.ts';
import { saveRecord } from '../lab-record.ts';
import type { OperationTracker } from '../operation-tracker.ts';
import { lifecycleSteps } from './plans.ts';

/** Machines of a lab that stand still together. */
export interface Stillness {
  readonly nodes: readonly string[];
  /** Lets these go on, with the right time, and forgets that they stood still. */
  end(nodes: readonly string[]): Promise<void>;
}

/** Stops machines in the same moment; written down before, so that the next engine lets them go on if this one dies meanwhile. */
export async function pauseAll(lab: Lab, nodes: readonly string[], operation: OperationTracker): Promise<Stillness> {
  await remember(lab, nodes);
  const end = async (going: readonly string[]): Promise<void> => {
    await goOn(lab, going);
    await remember(lab, undefined);
  };
  try {
    await operation.step(lifecycleSteps.pause, async () => {
      await Promise.all(nodes.map((node) => lab.runtime.freezeNode(node)));
    });
  } catch (error) {
    await end(nodes);
    throw error;
  }
  return { nodes, end };
}

/** An engine died while all stood still: what it had taken is not whole, and the machines are to go on. */
export async function undoStillness(lab: Lab): Promise<void> {
  const { paused } = lab.record;
  if (paused === undefined) return;
  lab.note('warn', 'A snapshot was interrupted; the machines go on');
  await goOn(lab, paused);
  await remember(lab, undefined);
}

/** Thaws those of them that stand still. All are tried; the first failure is told. */
async function goOn(lab: Lab, nodes: readonly string[]): Promise<void> {
  const frozen = nodes.filter((node) => lab.nodeStatus(node).state === 'frozen');
  const outcomes = await Promise.allSettled(
    frozen.map(async (node) => {
      await lab.runtime.thawNode(node);
      lab.resumeFollowing(node);
      await lab.power.setClock(node);
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function remember(lab: Lab, paused: readonly string[] | undefined): Promise<void> {
  const { paused: _before, ...record } = lab.record;
  lab.record = paused === undefined ? record : { ...record, paused: [...paused] };
  await saveRecord(lab.record);
}

import { RelevoError } from '../../contract/index.ts';
import type { Snapshot } from '../../contract/index.ts';
import type { Lab } from '../lab.ts';
import { saveRecord } from '../lab-record.ts';
import type { SnapshotRecord } from '../lab-record.ts';
import { machinesOf } from '../node-power.ts';
import { deleteSnapshotPlan, lifecycleSteps, restoreSnapshotPlan, takeSnapshotPlan } from './plans.ts';
import type { LabWork } from './power.ts';
import { nodesIn, subjectOf } from './subject.ts';
import { pauseAll } from './stillness.ts';

/** What the hypervisor has, whoever took it; the record adds when. */
export async function listSnapshots(lab: Lab): Promise<Snapshot[]> {
  const machines = machinesOf(lab, 'kept in snapshots');
  const { nodes } = subjectOf(lab);
  const found = await Promise.all(
    nodes.map(async (node): Promise<[string, string[]]> => [node, await machines.snapshots(node)]),
  );
  const names = new Set(found.flatMap(([, own]) => own));
  const times = new Map(lab.record.snapshots.map(({ name, takenAt }) => [name, takenAt]));
  return [...names]
    .map((name) => {
      const takenAt = times.get(name);
      const missing = found.filter(([, own]) => !own.includes(name)).map(([node]) => node);
      return { name, missing, ...(takenAt === undefined ? {} : { takenAt }) };
    })
    .sort((one, other) => (one.takenAt ?? 0) - (other.takenAt ?? 0) || one.name.localeCompare(other.name));
}

/** All machines at one moment. What was taken when one fails, or when it is cancelled, is deleted again. */
export async function takeSnapshot(lab: Lab, name: string): Promise<LabWork<Snapshot>> {
  const machines = machinesOf(lab, 'kept in snapshots');
  if ((await listSnapshots(lab)).some((snapshot) => snapshot.name === name)) {
    throw new RelevoError('SNAPSHOT_EXISTS', `The lab "${lab.name}" has a snapshot "${name}" already.`, {
      lab: lab.name,
      hint: `Choose another name, or delete it: relevo snapshot delete ${name}.`,
    });
  }
  expectSettled(lab);
  const subject = subjectOf(lab);
  return {
    plan: takeSnapshotPlan(subject, name),
    run: async (operation) => {
      const running = nodesIn(lab, 'running', 'failed');
      const frozen = nodesIn(lab, 'frozen');
      const stillness = await pauseAll(lab, running, operation);
      const taken: string[] = [];
      const record: SnapshotRecord = { name, takenAt: Date.now(), on: [...running, ...frozen], frozen };
      try {
        for (const node of subject.nodes) {
          taken.push(node);
          await operation.step(lifecycleSteps.take(node), () => machines.takeSnapshot(node, name));
        }
        await operation.lastStep(lifecycleSteps.resume, () => stillness.end(running));
      } catch (error) {
        await Promise.allSettled(taken.map((node) => machines.deleteSnapshot(node, name)));
        await stillness.end(running);
        throw error;
      }
      await keep(lab, [...lab.record.snapshots.filter((one) => one.name !== name), record]);
      return { name, takenAt: record.takenAt, missing: [] };
    },
  };
}

/** Every machine as it was then: those that were off are off, those that stood still stand still. */
export async function restoreSnapshot(lab: Lab, name: string): Promise<LabWork> {
  const machines = machinesOf(lab, 'restored');
  const record = lab.record.snapshots.find((snapshot) => snapshot.name === name);
  await expectWhole(lab, name, record);
  const subject = subjectOf(lab);
  return {
    plan: restoreSnapshotPlan(subject, name),
    run: async (operation) => {
      const stillness = await pauseAll(lab, nodesIn(lab, 'running', 'failed'), operation);
      const on = record?.on ?? [];
      for (const node of subject.nodes) lab.forget(node);
      await restoreAll(subject.nodes, (node) =>
        operation.lastStep(lifecycleSteps.restore(node), () => machines.restoreSnapshot(node, name, on.includes(node))),
      ).catch(async (error: unknown) => {
        await stillness.end(stillness.nodes);
        throw error;
      });
      const going = on.filter((node) => record?.frozen.includes(node) !== true);
      await operation.lastStep(lifecycleSteps.resume, () => stillness.end(going));
    },
  };
}

/** One after the other; one that fails does not keep the others from being restored. */
async function restoreAll(nodes: readonly string[], restore: (node: string) => Promise<void>): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  for (const node of nodes)
    await restore(node).catch((error: unknown) => {
      failure ??= { error };
    });
  if (failure !== undefined) throw failure.error;
}

export async function deleteSnapshot(lab: Lab, name: string): Promise<LabWork> {
  const machines = machinesOf(lab, 'kept in snapshots');
  const found = await findSnapshot(lab, name);
  const nodes = subjectOf(lab).nodes.filter((node) => !found.missing.includes(node));
  return {
    plan: deleteSnapshotPlan({ ...subjectOf(lab), nodes }, name),
    run: async (operation) => {
      for (const node of nodes)
        await operation.step(lifecycleSteps.remove(node), () => machines.deleteSnapshot(node, name));
      await keep(
        lab,
        lab.record.snapshots.filter((one) => one.name !== name),
      );
    },
  };
}

async function keep(lab: Lab, snapshots: SnapshotRecord[]): Promise<void> {
  lab.record = { ...lab.record, snapshots };
  await saveRecord(lab.record);
}

function expectSettled(lab: Lab): void {
  const [unsettled] = nodesIn(lab, 'starting', 'suspended');
  if (unsettled === undefined) return;
  const { state } = lab.nodeStatus(unsettled);
  throw new RelevoError('LAB_BUSY', `The node "${unsettled}" is ${state}; its moment cannot be taken.`, {
    lab: lab.name,
    node: unsettled,
    hint: state === 'suspended' ? `Start it, or let it be off: relevo start ${unsettled}.` : 'Wait until it runs.',
  });
}

async function findSnapshot(lab: Lab, name: string): Promise<Snapshot> {
  const all = await listSnapshots(lab);
  const found = all.find((snapshot) => snapshot.name === name);
  if (found !== undefined) return found;
  throw new RelevoError('UNKNOWN_SNAPSHOT', `The lab "${lab.name}" has no snapshot "${name}".`, {
    lab: lab.name,
    hint: all.length === 0 ? 'It has none.' : `Its snapshots: ${all.map((snapshot) => snapshot.name).join(', ')}.`,
  });
}

async function expectWhole(lab: Lab, name: string, record: SnapshotRecord | undefined): Promise<void> {
  const { missing } = await findSnapshot(lab, name);
  if (missing.length === 0 && record !== undefined) return;
  const why = missing.length > 0 ? `${missing.join(', ')} are not in it` : 'it was not taken by Relevo';
  throw new RelevoError('UNKNOWN_SNAPSHOT', `The lab cannot be restored to "${name}": ${why}.`, {
    lab: lab.name,
    hint: 'Restore single machines with Vagrant (vagrant snapshot restore), or choose another snapshot.',
  });
}

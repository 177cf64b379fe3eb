import type { LabStatus, MethodInput, MethodOutput, Snapshot, Upgrade } from '../../contract/index.ts';
import type { EngineClient } from '../../rpc-client/index.ts';
import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { chooseLab, print, withEngine } from '../context.ts';
import { withProgress } from '../progress/with-progress.ts';
import { duration } from '../text/duration.ts';
import { table } from '../text/table.ts';

export type Lifecycle = 'halt' | 'suspend' | 'start' | 'reload';

const done: Record<Lifecycle, string> = {
  halt: 'shut down',
  suspend: 'suspended',
  start: 'up',
  reload: 'reloaded',
};

/** Shuts down, suspends, starts or reloads nodes, or the whole lab. */
export async function lifecycle(
  context: CommandContext,
  { action, nodes }: { readonly action: Lifecycle; readonly nodes: readonly string[] },
  options: CommandOptions,
): Promise<ExitStatus> {
  const { answer, milliseconds } = await follow(context, options, (client, lab) => {
    const request: MethodInput<'lab.reload'> = {
      lab,
      ...(nodes.length === 0 ? {} : { nodes: [...nodes] }),
      ...(action === 'reload' && options.provision === true ? { provision: true } : {}),
    };
    return client.call(`lab.${action}`, request);
  });
  const what = nodes.length === 0 ? `Lab ${answer.lab}` : nodes.join(', ');
  print(options, answer, () => `${what}: ${done[action]} after ${duration(milliseconds)}. ${nodesUp(answer)}\n`);
  return undefined;
}

/** Gives the directors this version's program. */
export async function upgrade(context: CommandContext, options: CommandOptions): Promise<ExitStatus> {
  const { answer } = await follow(context, options, (client, lab) => client.call('lab.upgrade', { lab }));
  print(options, answer, () => upgradeTable(answer));
  return undefined;
}

export async function takeSnapshot(
  context: CommandContext,
  name: string,
  options: CommandOptions,
): Promise<ExitStatus> {
  const { answer, milliseconds } = await follow(context, options, (client, lab) =>
    client.call('snapshot.take', { lab, name }),
  );
  print(options, answer, () => `Snapshot ${name} taken after ${duration(milliseconds)}.\n`);
  return undefined;
}

export async function restoreSnapshot(
  context: CommandContext,
  name: string,
  options: CommandOptions,
): Promise<ExitStatus> {
  const { answer, milliseconds } = await follow(context, options, (client, lab) =>
    client.call('snapshot.restore', { lab, name }),
  );
  print(
    options,
    answer,
    () => `Lab ${answer.lab} is as in ${name} after ${duration(milliseconds)}. ${nodesUp(answer)}\n`,
  );
  return undefined;
}

export async function deleteSnapshot(
  context: CommandContext,
  name: string,
  options: CommandOptions,
): Promise<ExitStatus> {
  const { answer } = await follow(context, options, (client, lab) => client.call('snapshot.delete', { lab, name }));
  print(options, answer, () => `Snapshot ${name} is deleted.\n`);
  return undefined;
}

export async function listSnapshots(context: CommandContext, options: CommandOptions): Promise<ExitStatus> {
  const list = await withEngine(context, async (client) =>
    client.call('snapshot.list', { lab: await chooseLab(client, options.lab) }),
  );
  print(options, list, () => snapshotTable(list, Date.now()));
  return undefined;
}

interface Outcome<Answer> {
  readonly answer: Answer;
  readonly milliseconds: number;
}

function follow<Answer extends MethodOutput<'lab.halt' | 'lab.upgrade' | 'snapshot.take' | 'snapshot.delete'>>(
  context: CommandContext,
  options: CommandOptions,
  call: (client: EngineClient, lab: string) => Promise<Answer>,
): Promise<Outcome<Answer>> {
  return withEngine(context, async (client) => {
    const lab = await chooseLab(client, options.lab);
    const begin = performance.now();
    const answer = await withProgress({
      client,
      lab,
      json: options.json,
      work: () => call(client, lab),
      onInterrupt: (times) =>
        times === 1 ? 'Cancelling: steps that have begun are ended first.' : 'Still ending what had begun.',
    });
    return { answer, milliseconds: performance.now() - begin };
  });
}

function nodesUp({ nodesRunning, nodesTotal }: LabStatus): string {
  return `${nodesRunning} of ${nodesTotal} nodes are up.`;
}

function upgradeTable(upgrades: readonly Upgrade[]): string {
  const rows = upgrades.map(({ node, from, to, changed }) => [node, from, to, changed ? 'upgraded' : 'had it already']);
  return table([['NODE', 'FROM', 'TO', ''], ...rows]);
}

/** @param now milliseconds since the Unix epoch */
function snapshotTable(snapshots: readonly Snapshot[], now: number): string {
  if (snapshots.length === 0) return 'No snapshots. Take one: relevo snapshot take NAME\n';
  const rows = snapshots.map(({ name, takenAt, missing }) => [
    name,
    takenAt === undefined ? 'not by Relevo' : `${duration(now - takenAt)} ago`,
    missing.length === 0 ? 'whole' : `without ${missing.join(', ')}`,
  ]);
  return table([['SNAPSHOT', 'TAKEN', ''], ...rows]);
}

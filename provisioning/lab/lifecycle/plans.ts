import type { ResolvedNode, ResolvedTestbed } from '../../../testbeds/resolved.ts';
import type { Plan, PlanStep, ProviderName } from '../../contract/index.ts';

/** Of which lab, and which of its nodes, in the testbed's order. */
export interface PlanSubject {
  readonly lab: string;
  readonly testbed: ResolvedTestbed;
  readonly provider: ProviderName;
  readonly nodes: readonly string[];
}

export const lifecycleSteps = {
  halt: (node: string): string => `halt:${node}`,
  suspend: (node: string): string => `suspend:${node}`,
  start: (node: string): string => `start:${node}`,
  recipe: (node: string): string => `recipe:${node}`,
  take: (node: string): string => `take-snapshot:${node}`,
  restore: (node: string): string => `restore-snapshot:${node}`,
  remove: (node: string): string => `delete-snapshot:${node}`,
  upgrade: (node: string): string => `upgrade:${node}`,
  pause: 'pause',
  resume: 'resume',
};

/** Storage goes last: the others have its files open, and would wait for them in vain. */
export function haltPlan(subject: PlanSubject): Plan {
  return planOf(subject, haltSteps(subject));
}

/** Storage goes first: the others wait for its files. */
export function startPlan(subject: PlanSubject): Plan {
  return planOf(subject, startSteps(subject, []));
}

/** @param provision whether the recipes are applied again, as after a change of the Vagrantfile */
export function reloadPlan(subject: PlanSubject, provision: boolean): Plan {
  const halts = haltSteps(subject);
  const starts = startSteps(
    subject,
    halts.map(({ id }) => id),
  );
  const recipes = subject.nodes.map((node) => ({
    id: lifecycleSteps.recipe(node),
    action: 'apply-recipe' as const,
    node,
    title: `Set up ${node} again`,
    reason: 'What its recipe says is compared with what the machine has; only differences are changed.',
    after: [lifecycleSteps.start(node)],
  }));
  return planOf(subject, [...halts, ...starts, ...(provision ? recipes : [])]);
}

export function suspendPlan(subject: PlanSubject): Plan {
  const steps = subject.nodes.map((node) => ({
    id: lifecycleSteps.suspend(node),
    action: 'suspend-node' as const,
    node,
    title: `Write the memory of ${node} to disk`,
    reason: 'A suspended machine takes neither memory nor processor, and goes on where it was.',
    after: [lifecycleSteps.pause],
  }));
  return planOf(subject, [pauseStep, ...steps]);
}

/** All stand still before the first is taken: what they have of each other then fits together. */
export function takeSnapshotPlan(subject: PlanSubject, name: string): Plan {
  const steps = subject.nodes.map((node) => ({
    id: lifecycleSteps.take(node),
    action: 'take-snapshot' as const,
    node,
    title: `Take the snapshot ${name} of ${node}`,
    reason: 'Its disk, and its memory if it is on.',
    after: [lifecycleSteps.pause],
  }));
  return planOf(subject, [pauseStep, ...steps, resumeStep(steps)]);
}

export function restoreSnapshotPlan(subject: PlanSubject, name: string): Plan {
  const steps = subject.nodes.map((node) => ({
    id: lifecycleSteps.restore(node),
    action: 'restore-snapshot' as const,
    node,
    title: `Restore ${node} to the snapshot ${name}`,
    reason: 'It waits there until all others are in the same moment.',
    after: [lifecycleSteps.pause],
  }));
  return planOf(subject, [pauseStep, ...steps, resumeStep(steps)]);
}

export function deleteSnapshotPlan(subject: PlanSubject, name: string): Plan {
  const steps = subject.nodes.map((node) => ({
    id: lifecycleSteps.remove(node),
    action: 'delete-snapshot' as const,
    node,
    title: `Delete the snapshot ${name} of ${node}`,
    reason: 'Its space on the disk becomes free.',
    after: [],
  }));
  return planOf(subject, steps);
}

/** @param directors in the order of their upgrade: standbys first */
export function upgradePlan(subject: PlanSubject, directors: readonly string[]): Plan {
  const steps = directors.map((node, index) => ({
    id: lifecycleSteps.upgrade(node),
    action: 'upgrade-director' as const,
    node,
    title: `Upgrade the director on ${node}`,
    reason: 'One after the other, standbys first; the master hands its addresses over before its turn.',
    after: directors.slice(Math.max(0, index - 1), index).map(lifecycleSteps.upgrade),
  }));
  return planOf(subject, steps);
}

function planOf({ lab, testbed, provider }: PlanSubject, steps: PlanStep[]): Plan {
  return { lab, testbed: testbed.id, provider, steps };
}

const pauseStep: PlanStep = {
  id: lifecycleSteps.pause,
  action: 'pause-nodes',
  title: 'Stop all machines in the same moment',
  reason: 'Otherwise some would hear of what others have not done yet.',
  after: [],
};

function resumeStep(steps: readonly PlanStep[]): PlanStep {
  return {
    id: lifecycleSteps.resume,
    action: 'resume-nodes',
    title: 'Let all machines go on together, with the right time',
    reason: 'Machines that were off or frozen stay so.',
    after: steps.map(({ id }) => id),
  };
}

function haltSteps({ nodes, testbed }: PlanSubject): PlanStep[] {
  const step = (node: string, after: string[]): PlanStep => ({
    id: lifecycleSteps.halt(node),
    action: 'halt-node',
    node,
    title: `Shut ${node} down`,
    reason: after.length === 0 ? 'In good order, as its own init does it.' : 'Last: the others use its files.',
    after,
  });
  const [storage, others] = apart(nodes, testbed);
  const last = others.map(lifecycleSteps.halt);
  return [...others.map((node) => step(node, [])), ...storage.map((node) => step(node, last))];
}

function startSteps({ nodes, testbed }: PlanSubject, after: string[]): PlanStep[] {
  const step = (node: string, reason: string, before: readonly string[]): PlanStep => ({
    id: lifecycleSteps.start(node),
    action: 'start-node',
    node,
    title: `Start ${node}`,
    reason,
    after: [...before],
  });
  const [storage, others] = apart(nodes, testbed);
  const first = storage.map(lifecycleSteps.start);
  return [
    ...storage.map((node) => step(node, 'First: the others mount its files.', after)),
    ...others.map((node) => step(node, 'And wait until its daemons answer.', [...after, ...first])),
  ];
}

function apart(nodes: readonly string[], testbed: ResolvedTestbed): [storage: string[], others: string[]] {
  const isStorage = ({ role }: ResolvedNode): boolean => role === 'nas';
  const storage = new Set(testbed.nodes.filter(isStorage).map(({ name }) => name));
  return [nodes.filter((node) => storage.has(node)), nodes.filter((node) => !storage.has(node))];
}

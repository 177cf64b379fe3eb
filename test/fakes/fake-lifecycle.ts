import type {
  Ability,
  NodeState,
  Operation,
  PlanStep,
  RpcEvent,
  Snapshot,
  StepProgress,
  Upgrade,
} from '../../provisioning/contract/index.ts';
import { abilities, RelevoError } from '../../provisioning/contract/index.ts';
import type { FakeLab } from './fake-lab.ts';
import { waitingSteps } from './fake-plan.ts';

/** A step of the plan, and what it does to the pretended lab when it ends. */
interface Task {
  readonly step: PlanStep;
  readonly act: () => unknown;
}

interface Taken {
  readonly snapshot: Snapshot;
  readonly states: Readonly<Record<string, NodeState>>;
}

/** A snapshot of this name lacks one machine, as when somebody has deleted it by hand. */
export const incompleteSnapshot = 'torn';

/** What can be done to a pretended lab that is up: each an operation with steps, in real time, that can be cancelled. */
export class FakeLifecycle {
  readonly #emit: (event: RpcEvent) => void;
  readonly #stepMs: number;
  readonly #cancelled = new Set<string>();
  readonly #snapshots = new Map<string, Taken[]>();
  #next = 1;

  constructor(emit: (event: RpcEvent) => void, stepMs: number) {
    this.#emit = emit;
    this.#stepMs = stepMs;
  }

  cancel(operation: string): void {
    this.#cancelled.add(operation);
  }

  async halt(lab: FakeLab, nodes?: readonly string[]): Promise<void> {
    // Storage comes first in the testbed, and last here.
    const chosen = this.#chosen(lab, nodes)
      .reverse()
      .filter((name) => lab.node(name).state !== 'off');
    await this.#run(
      lab,
      'halt',
      chosen.map((name) => halting(lab, name)),
      true,
    );
  }

  async suspend(lab: FakeLab, nodes?: readonly string[]): Promise<void> {
    demand(lab, 'suspend');
    const chosen = this.#chosen(lab, nodes).filter((name) => lab.node(name).state === 'running');
    const tasks = chosen.map((name) => task('suspend', 'suspend-node', name, () => lab.suspend(name)));
    await this.#run(lab, 'suspend', tasks, true);
  }

  async start(lab: FakeLab, nodes?: readonly string[]): Promise<void> {
    const chosen = this.#chosen(lab, nodes).filter((name) => lab.node(name).state !== 'running');
    await this.#run(
      lab,
      'start',
      chosen.map((name) => starting(lab, name)),
      true,
    );
  }

  async reload(lab: FakeLab, nodes?: readonly string[], provision = false): Promise<void> {
    demand(lab, 'reload');
    const chosen = this.#chosen(lab, nodes);
    const recipes = chosen.map((name) => task('recipe', 'apply-recipe', name, () => undefined));
    const tasks = [
      ...chosen.map((name) => halting(lab, name)),
      ...chosen.map((name) => starting(lab, name)),
      ...(provision ? recipes : []),
    ];
    await this.#run(lab, 'reload', tasks, true);
  }

  async upgrade(lab: FakeLab): Promise<Upgrade[]> {
    demand(lab, 'upgrade');
    const nodes = lab.testbed.vrrp.routers.map(({ node }) => node).reverse();
    const tasks = nodes.map((node) => task('upgrade', 'upgrade-director', node, () => undefined));
    await this.#run(lab, 'upgrade', tasks, false);
    return nodes.map((node) => ({ node, from: '0.2.0', to: '0.3.0', changed: true }));
  }

  list(lab: FakeLab): Snapshot[] {
    demand(lab, 'snapshots');
    return this.#taken(lab).map(({ snapshot }) => snapshot);
  }

  async take(lab: FakeLab, name: string): Promise<Snapshot> {
    demand(lab, 'snapshots');
    const taken = this.#taken(lab);
    if (taken.some(({ snapshot }) => snapshot.name === name)) {
      throw new RelevoError('SNAPSHOT_EXISTS', `The lab has a snapshot "${name}" already.`, { lab: lab.name });
    }
    const nodes = lab.testbed.nodes.map((node) => node.name);
    const missing = name === incompleteSnapshot ? nodes.slice(-1) : [];
    const states = Object.fromEntries(nodes.map((node) => [node, lab.node(node).state]));
    const snapshot = { name, takenAt: Date.now(), missing };
    await this.#run(lab, 'take-snapshot', aroundSnapshot('take', nodes), true);
    this.#snapshots.set(lab.name, [...taken, { snapshot, states }]);
    return snapshot;
  }

  async restore(lab: FakeLab, name: string): Promise<void> {
    const { snapshot, states } = this.#find(lab, name);
    if (snapshot.missing.length > 0) {
      const nodes = snapshot.missing.join(', ');
      throw new RelevoError('UNKNOWN_SNAPSHOT', `${nodes} has no snapshot "${name}".`, { lab: lab.name });
    }
    const tasks = Object.entries(states).map(([node, state]) =>
      task('restore', 'restore-snapshot', node, () => becomes(lab, node, state)),
    );
    await this.#run(lab, 'restore-snapshot', tasks, false);
  }

  async delete(lab: FakeLab, name: string): Promise<void> {
    this.#find(lab, name);
    const nodes = lab.testbed.nodes.map((node) => node.name);
    const tasks = nodes.map((node) => task('delete', 'delete-snapshot', node, () => undefined));
    await this.#run(lab, 'delete-snapshot', tasks, false);
    this.#snapshots.set(
      lab.name,
      this.#taken(lab).filter(({ snapshot }) => snapshot.name !== name),
    );
  }

  #taken(lab: FakeLab): readonly Taken[] {
    return this.#snapshots.get(lab.name) ?? [];
  }

  #find(lab: FakeLab, name: string): Taken {
    demand(lab, 'snapshots');
    const found = this.#taken(lab).find(({ snapshot }) => snapshot.name === name);
    if (found !== undefined) return found;
    throw new RelevoError('UNKNOWN_SNAPSHOT', `The lab has no snapshot "${name}".`, { lab: lab.name });
  }

  /** Checked before anything is done: an unknown name is an error, whatever the others are. */
  #chosen(lab: FakeLab, nodes: readonly string[] | undefined): string[] {
    return (nodes ?? lab.testbed.nodes.map(({ name }) => name)).map((name) => lab.node(name).name);
  }

  async #run(lab: FakeLab, kind: Operation['kind'], tasks: readonly Task[], cancellable: boolean): Promise<void> {
    if (lab.operation !== undefined) {
      throw new RelevoError('LAB_BUSY', `The lab is busy: ${lab.operation.title}.`, { lab: lab.name });
    }
    const steps = tasks.map(({ step }) => step);
    const plan = { lab: lab.name, testbed: lab.testbed.id, provider: lab.provider, steps };
    const id = `life${this.#next++}`;
    const about = { id, kind, lab: lab.name, title: `${kind} ${lab.name}`, startedAt: Date.now(), cancellable };
    lab.operation = { ...about, plan, steps: waitingSteps(plan) };
    this.#emit({ event: 'operation-started', payload: { lab: lab.name, operation: lab.operation } });
    try {
      for (const one of tasks) await this.#apply(lab, id, one);
    } catch (thrown) {
      const error = thrown as RelevoError;
      lab.operation = undefined;
      this.#emit({ event: 'operation-ended', payload: { lab: lab.name, operation: id, error: error.toJSON() } });
      throw error;
    }
    lab.operation = undefined;
    this.#emit({ event: 'operation-ended', payload: { lab: lab.name, operation: id } });
  }

  async #apply(lab: FakeLab, operation: string, { step, act }: Task): Promise<void> {
    const own = { step: step.id, ...(step.node === undefined ? {} : { node: step.node }), startedAt: Date.now() };
    const tell = (change: Pick<StepProgress, 'state'> & Partial<StepProgress>): void => {
      const progress: StepProgress = { ...own, ...change };
      const { operation: current } = lab;
      if (current === undefined) return;
      lab.operation = { ...current, steps: current.steps.map((one) => (one.step === step.id ? progress : one)) };
      this.#emit({ event: 'operation-progress', payload: { lab: lab.name, operation, steps: [progress] } });
    };
    for (const fraction of [0, 0.5]) {
      tell({ state: 'running', message: step.title, fraction });
      await lab.pause(this.#stepMs / 2);
      if (!this.#cancelled.has(operation)) continue;
      tell({ state: 'skipped', endedAt: Date.now() });
      throw new RelevoError('CANCELLED', 'Cancelled.', { lab: lab.name });
    }
    await act();
    tell({ state: 'done', endedAt: Date.now() });
  }
}

function demand(lab: FakeLab, ability: Ability): void {
  if (abilities[lab.provider].includes(ability)) return;
  throw new RelevoError('UNSUPPORTED', `Labs in ${lab.provider} have no ${ability}.`, { lab: lab.name });
}

function task(verb: string, action: PlanStep['action'], node: string, act: Task['act']): Task {
  const step = {
    id: `${verb}:${node}`,
    action,
    node,
    title: `${verb} ${node}`,
    reason: 'It was asked for.',
    after: [],
  };
  return { step, act };
}

function halting(lab: FakeLab, name: string): Task {
  return task('halt', 'halt-node', name, () => (lab.node(name).state === 'off' ? undefined : lab.kill(name)));
}

function starting(lab: FakeLab, name: string): Task {
  return task('start', 'start-node', name, () => lab.start(name));
}

/** All stand still, all are taken, all go on. */
function aroundSnapshot(verb: string, nodes: readonly string[]): Task[] {
  const whole = (id: string, action: PlanStep['action'], after: readonly string[]): Task => ({
    step: { id, action, title: id, reason: 'All machines at one moment.', after: [...after] },
    act: () => undefined,
  });
  const each = nodes.map((node) => task(verb, 'take-snapshot', node, () => undefined));
  return [
    whole('pause', 'pause-nodes', []),
    ...each.map(({ step, act }) => ({ step: { ...step, after: ['pause'] }, act })),
    whole(
      'resume',
      'resume-nodes',
      each.map(({ step }) => step.id),
    ),
  ];
}

async function becomes(lab: FakeLab, node: string, state: NodeState): Promise<void> {
  if (lab.node(node).state === state) return;
  if (state === 'running') await lab.start(node);
  else if (lab.node(node).state !== 'off') lab.kill(node);
}

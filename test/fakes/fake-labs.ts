import type {
  DrillReport,
  LabOptions,
  LabStatus,
  LabSummary,
  ProviderName,
  RpcEvent,
  StepProgress,
} from '../../provisioning/contract/index.ts';
import { RelevoError } from '../../provisioning/contract/index.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { runFakeDrill } from './fake-drill.ts';
import { FakeLab } from './fake-lab.ts';
import { fakePlan, recipeMessages, waitingSteps } from './fake-plan.ts';

/** A lab of this name fails at web2's recipe, so that the error panel can be seen. */
export const brokenLab = 'broken';

/** All pretended labs: what `up` and `down` do to them, and their drills. */
export class FakeLabs {
  readonly #labs = new Map<string, FakeLab>();
  readonly #reports = new Map<string, DrillReport[]>();
  readonly #cancelled = new Set<string>();
  readonly #emit: (event: RpcEvent) => void;
  readonly #stepMs: number;
  #nextOperation = 1;

  constructor(emit: (event: RpcEvent) => void, stepMs: number) {
    this.#emit = emit;
    this.#stepMs = stepMs;
  }

  list(): LabSummary[] {
    return [...this.#labs.values()].map((lab) => lab.summary());
  }

  get(name: string): FakeLab {
    const lab = this.#labs.get(name);
    if (lab === undefined) throw new RelevoError('UNKNOWN_LAB', `There is no lab "${name}".`, { lab: name });
    return lab;
  }

  async up(
    name: string,
    testbed: ResolvedTestbed,
    options: LabOptions,
    provider: ProviderName = 'namespaces',
  ): Promise<LabStatus> {
    if (this.#labs.has(name))
      throw new RelevoError('LAB_EXISTS', `A lab named "${name}" is already running.`, { lab: name });
    const lab = new FakeLab(name, testbed, options, this.#emit, provider);
    this.#labs.set(name, lab);
    const plan = { ...fakePlan(name, testbed), provider };
    const id = `op${this.#nextOperation++}`;
    const startedAt = Date.now();
    const title = `Start ${name}`;
    lab.operation = { id, kind: 'up', lab: name, title, startedAt, plan, steps: waitingSteps(plan), cancellable: true };
    this.#announce();
    this.#emit({ event: 'operation-started', payload: { lab: name, operation: lab.operation } });
    try {
      for (const step of plan.steps) await this.#apply(lab, id, step.id, step.node);
    } catch (error) {
      this.#undo(lab, id, error as RelevoError);
      throw error;
    }
    lab.operation = undefined;
    lab.serve();
    this.#emit({ event: 'operation-ended', payload: { lab: name, operation: id } });
    this.#emit({ event: 'lab-phase', payload: { lab: name, phase: 'running' } });
    this.#announce();
    return lab.status();
  }

  async down(name: string): Promise<void> {
    const lab = this.get(name);
    lab.phase = 'stopping';
    this.#emit({ event: 'lab-phase', payload: { lab: name, phase: 'stopping' } });
    await lab.pause(400);
    this.#remove(lab);
  }

  /** A lab that ran before this engine: as after a crash of the engine. */
  adopt(name: string, testbed: ResolvedTestbed, provider: ProviderName = 'namespaces'): void {
    const lab = new FakeLab(name, testbed, {}, this.#emit, provider);
    for (const node of testbed.nodes) lab.setNode(node.name, 'running');
    lab.reattachedAt = Date.now();
    this.#labs.set(name, lab);
    lab.serve();
    this.#announce();
  }

  cancel(operation: string): void {
    this.#cancelled.add(operation);
  }

  reports(lab: string): readonly DrillReport[] {
    return this.#reports.get(lab) ?? [];
  }

  async drill(name: string, drill: string, options: DrillReport['options']): Promise<DrillReport> {
    const lab = this.get(name);
    const reports = this.#reports.get(name) ?? [];
    this.#reports.set(name, reports);
    const id = `drill-${reports.length + 1}`;
    const report = await runFakeDrill(lab, drill, id, options);
    reports.push(report);
    this.#emit({ event: 'drill-ended', payload: { lab: name, id, report } });
    return report;
  }

  close(): void {
    for (const lab of this.#labs.values()) lab.stop();
  }

  async #apply(lab: FakeLab, operation: string, step: string, node: string | undefined): Promise<void> {
    const own = node === undefined ? {} : { node };
    const startedAt = Date.now();
    const tell = (change: Partial<StepProgress> & Pick<StepProgress, 'state'>): void => {
      const progress: StepProgress = { step, ...own, startedAt, ...change };
      const current = lab.operation;
      if (current !== undefined) {
        lab.operation = { ...current, steps: current.steps.map((one) => (one.step === step ? progress : one)) };
      }
      this.#emit({ event: 'operation-progress', payload: { lab: lab.name, operation, steps: [progress] } });
    };
    const role = lab.testbed.nodes.find(({ name }) => name === node)?.role;
    const messages = step.startsWith('recipe:') && role !== undefined ? recipeMessages[role] : [''];
    for (const [index, message] of messages.entries()) {
      tell({ state: 'running', ...(message ? { message, fraction: index / messages.length } : {}) });
      await lab.pause(this.#stepMs / messages.length);
      if (this.#cancelled.has(operation))
        throw new RelevoError('CANCELLED', 'The start was cancelled.', { lab: lab.name });
      if (lab.name === brokenLab && step === 'recipe:web2') {
        tell({ state: 'failed', endedAt: Date.now() });
        throw recipeFailure(lab.name);
      }
    }
    if (step.startsWith('node:') && node !== undefined) lab.setNode(node, 'starting');
    if (step.startsWith('recipe:') && node !== undefined) lab.setNode(node, 'running');
    tell({ state: 'done', endedAt: Date.now() });
  }

  #undo(lab: FakeLab, operation: string, error: RelevoError): void {
    lab.phase = 'failed';
    this.#emit({ event: 'operation-ended', payload: { lab: lab.name, operation, error: error.toJSON() } });
    this.#emit({ event: 'lab-phase', payload: { lab: lab.name, phase: 'failed', error: error.toJSON() } });
    this.#remove(lab);
  }

  #remove(lab: FakeLab): void {
    lab.stop();
    this.#labs.delete(lab.name);
    this.#emit({ event: 'lab-removed', payload: { lab: lab.name } });
    this.#announce();
  }

  #announce(): void {
    this.#emit({ event: 'labs', payload: { labs: this.list() } });
  }
}

function recipeFailure(lab: string): RelevoError {
  return new RelevoError('RECIPE_FAILED', 'The recipe of web2 failed at "Set up apache2".', {
    lab,
    node: 'web2',
    step: 'Set up apache2',
    command: 'a2enmod --quiet ssl rewrite php8.2 && systemctl --no-pager restart apache2.service',
    exitCode: 1,
    output: Array.from({ length: 12 }, (_, line) =>
      line === 11
        ? 'AH00072: make_sock: could not bind to address [::]:443'
        : `(98)Address already in use: attempt ${line + 1} of 12 to bind to 0.0.0.0:443`,
    ).join('\n'),
    cause: 'Another program on web2 already listens on port 443.',
    hint: 'Start the lab again; if it happens again, look at the log of web2.',
  });
}

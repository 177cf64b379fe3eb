import { drillOptionsSchema, RelevoError } from '../contract/index.ts';
import type {
  DrillReport,
  LabStatus,
  MethodArguments,
  Operation,
  Plan,
  RpcEvent,
  Snapshot,
  Upgrade,
} from '../contract/index.ts';
import type { ReportStore } from '../drills/index.ts';
import type { Lab } from './lab.ts';
import {
  deleteSnapshot,
  haltLab,
  listSnapshots,
  reloadLab,
  restoreSnapshot,
  startLab,
  suspendLab,
  takeSnapshot,
  upgradeLab,
} from './lifecycle/index.ts';
import type { LabWork } from './lifecycle/index.ts';
import { OperationTracker } from './operation-tracker.ts';
import { findDrill, runDrill } from './run-drill.ts';

export interface OperationsOptions {
  /** @throws RelevoError UNKNOWN_LAB */
  readonly find: (lab: string) => Lab;
  readonly reportsOf: (lab: string) => ReportStore;
  readonly emit: (event: RpcEvent) => void;
}

interface Start {
  readonly kind: Operation['kind'];
  readonly title: string;
  readonly plan?: Plan;
  readonly cancellable: boolean;
}

/** What can be done to a lab that is up: one thing at a time, followed step by step, most of it cancellable. */
export class LabOperations {
  readonly #options: OperationsOptions;

  constructor(options: OperationsOptions) {
    this.#options = options;
  }

  halt({ lab, nodes }: MethodArguments<'lab.halt'>): Promise<LabStatus> {
    return this.#change(lab, { kind: 'halt', title: `Halt ${lab}`, cancellable: true }, (found) =>
      haltLab(found, nodes),
    );
  }

  suspend({ lab, nodes }: MethodArguments<'lab.suspend'>): Promise<LabStatus> {
    return this.#change(lab, { kind: 'suspend', title: `Suspend ${lab}`, cancellable: true }, (found) =>
      suspendLab(found, nodes),
    );
  }

  start({ lab, nodes }: MethodArguments<'lab.start'>): Promise<LabStatus> {
    return this.#change(lab, { kind: 'start', title: `Start ${lab}`, cancellable: true }, (found) =>
      startLab(found, nodes),
    );
  }

  reload({ lab, nodes, provision = false }: MethodArguments<'lab.reload'>): Promise<LabStatus> {
    return this.#change(lab, { kind: 'reload', title: `Reload ${lab}`, cancellable: true }, (found) =>
      reloadLab(found, nodes, provision),
    );
  }

  upgrade(lab: string): Promise<Upgrade[]> {
    const start = { kind: 'upgrade', title: `Upgrade the directors of ${lab}`, cancellable: true } as const;
    return this.#work(lab, start, upgradeLab);
  }

  snapshots(lab: string): Promise<Snapshot[]> {
    return listSnapshots(this.#options.find(lab));
  }

  takeSnapshot({ lab, name }: MethodArguments<'snapshot.take'>): Promise<Snapshot> {
    const start = { kind: 'take-snapshot', title: `Take the snapshot ${name} of ${lab}`, cancellable: true } as const;
    return this.#work(lab, start, (found) => takeSnapshot(found, name));
  }

  restoreSnapshot({ lab, name }: MethodArguments<'snapshot.restore'>): Promise<LabStatus> {
    const start = { kind: 'restore-snapshot', title: `Restore ${lab} to ${name}`, cancellable: false } as const;
    return this.#change(lab, start, (found) => restoreSnapshot(found, name));
  }

  async deleteSnapshot({ lab, name }: MethodArguments<'snapshot.delete'>): Promise<void> {
    const start = { kind: 'delete-snapshot', title: `Delete the snapshot ${name}`, cancellable: true } as const;
    await this.#work(lab, start, (found) => deleteSnapshot(found, name));
  }

  runDrill({ lab: name, drill, options }: MethodArguments<'drill.run'>): Promise<DrillReport> {
    const lab = this.#options.find(name);
    const found = findDrill(lab, drill);
    return this.#run(lab, { kind: 'drill', title: `Drill ${drill}`, cancellable: true }, (operation) =>
      runDrill({
        lab,
        drill: found,
        options: drillOptionsSchema.parse(options ?? {}),
        reports: this.#options.reportsOf(name),
        signal: operation.signal,
        emit: this.#options.emit,
      }),
    );
  }

  async #change(name: string, start: Start, prepare: (lab: Lab) => LabWork | Promise<LabWork>): Promise<LabStatus> {
    await this.#work(name, start, prepare);
    return this.#options.find(name).status();
  }

  /** What cannot be done is said before anything has begun. */
  async #work<Result>(
    name: string,
    start: Start,
    prepare: (lab: Lab) => LabWork<Result> | Promise<LabWork<Result>>,
  ): Promise<Result> {
    const lab = this.#options.find(name);
    expectIdle(lab);
    await lab.refresh();
    const { plan, run } = await prepare(lab);
    return this.#run(lab, { ...start, plan }, run);
  }

  async #run<Result>(lab: Lab, start: Start, work: (operation: OperationTracker) => Promise<Result>): Promise<Result> {
    expectIdle(lab);
    const operation = new OperationTracker({ ...start, lab: lab.name, emit: this.#options.emit });
    lab.operation = operation;
    try {
      const result = await work(operation);
      lab.operation = undefined;
      operation.end();
      return result;
    } catch (error) {
      const known = error instanceof RelevoError ? error : new RelevoError('INTERNAL', String(error), {}, error);
      lab.operation = undefined;
      operation.end(known.toJSON());
      throw known;
    }
  }
}

/** @throws RelevoError LAB_BUSY while something is done to the lab, a drill excepted: one may break what a drill watches */
export function expectUnworked(lab: Lab): void {
  if (lab.operation?.operation.kind !== 'drill') expectIdle(lab);
}

function expectIdle(lab: Lab): void {
  if (lab.operation === undefined) return;
  throw new RelevoError('LAB_BUSY', `The lab "${lab.name}" is busy: ${lab.operation.operation.title}.`, {
    lab: lab.name,
    hint: 'Wait until that has ended, or cancel it.',
  });
}

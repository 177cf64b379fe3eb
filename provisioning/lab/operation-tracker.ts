import { randomUUID } from 'node:crypto';
import { RelevoError } from '../contract/index.ts';
import { deferred } from '../process/deferred.ts';
import type { Operation, Plan, RpcError, RpcEvent, StepProgress } from '../contract/index.ts';

export interface OperationStart {
  readonly kind: Operation['kind'];
  readonly lab: string;
  readonly title: string;
  readonly plan?: Plan;
  readonly cancellable: boolean;
  readonly emit: (event: RpcEvent) => void;
}

/** One long job of a lab: its steps, who listens to them, and the way to cancel it. */
export class OperationTracker {
  readonly operation: Operation;
  readonly #ended = deferred<undefined>();
  readonly #abort = new AbortController();
  readonly #emit: (event: RpcEvent) => void;

  constructor({ emit, ...start }: OperationStart) {
    this.#emit = emit;
    const steps = start.plan?.steps.map(({ id, node }): StepProgress => ({
      step: id,
      state: 'waiting',
      ...(node === undefined ? {} : { node }),
    }));
    this.operation = { id: randomUUID(), startedAt: Date.now(), steps: steps ?? [], ...start };
    this.#emit({ event: 'operation-started', payload: { lab: start.lab, operation: this.operation } });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Resolves when it has ended, well or badly. */
  get ended(): Promise<undefined> {
    return this.#ended.promise;
  }

  cancel(): void {
    if (!this.operation.cancellable) {
      throw new RelevoError('LAB_BUSY', `"${this.operation.title}" cannot be cancelled; it ends by itself.`, {
        lab: this.operation.lab,
      });
    }
    this.#abort.abort();
  }

  throwIfCancelled(): void {
    if (this.signal.aborted)
      throw new RelevoError('CANCELLED', `"${this.operation.title}" was cancelled.`, { lab: this.operation.lab });
  }

  progress(step: string, change: Partial<Pick<StepProgress, 'state' | 'message' | 'fraction'>>): void {
    const progress = this.operation.steps.find((candidate) => candidate.step === step);
    if (progress === undefined) return;
    Object.assign(progress, change);
    if (change.state === 'running') progress.startedAt ??= Date.now();
    if (change.state === 'done' || change.state === 'failed' || change.state === 'skipped')
      progress.endedAt = Date.now();
    const payload = { lab: this.operation.lab, operation: this.operation.id, steps: [{ ...progress }] };
    this.#emit({ event: 'operation-progress', payload });
  }

  /** Runs one step and says how it went. */
  async step<T>(step: string, work: () => Promise<T>): Promise<T> {
    this.throwIfCancelled();
    return this.lastStep(step, work);
  }

  /** A step that has to happen in a cancelled operation, too: it puts right what others have begun. */
  async lastStep<T>(step: string, work: () => Promise<T>): Promise<T> {
    this.progress(step, { state: 'running' });
    try {
      const result = await work();
      this.progress(step, { state: 'done', fraction: 1 });
      return result;
    } catch (error) {
      // What a cancelled operation had not finished did not fail.
      this.progress(step, { state: this.signal.aborted ? 'skipped' : 'failed' });
      throw error;
    }
  }

  end(error?: RpcError): void {
    this.#ended.resolve(undefined);
    const { id, lab } = this.operation;
    this.#emit({
      event: 'operation-ended',
      payload: { lab, operation: id, ...(error === undefined ? {} : { error }) },
    });
  }
}

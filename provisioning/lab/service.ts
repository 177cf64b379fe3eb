import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { RelevoError } from '../contract/index.ts';
import type {
  DrillReport,
  Finding,
  LabStatus,
  LabSummary,
  LogEntry,
  MethodArguments,
  MethodOutput,
  Plan,
  RpcEvent,
  TestbedSummary,
} from '../contract/index.ts';
import { ReportStore } from '../drills/index.ts';
import { createProviders } from '../providers/index.ts';
import type { Providers } from '../providers/index.ts';
import type { Provider } from '../providers/provider.ts';
import { Lab } from './lab.ts';
import { checkAvailable, checkLabName, startError, storageError, warn } from './lab-errors.ts';
import { claimLabDirectory, saveRecord, specifyOrLeave } from './lab-record.ts';
import type { LabRecord } from './lab-record.ts';
import type { LabService, UpRequest } from './lab-service.ts';
import type { Assets } from './node-setup.ts';
import { OperationTracker } from './operation-tracker.ts';
import { expectUnworked, LabOperations } from './operations.ts';
import type { LabServiceOptions } from './options.ts';
import { labKeys } from './lab-keys.ts';
import { planLab } from './plan.ts';
import { checkDirector, preflightLab } from './preflight-lab.ts';
import { takeOverLabs } from './takeover.ts';
import { getTestbed, summarizeTestbeds } from './testbed-source.ts';
import { bringUp } from './up.ts';

/** Makes the service and takes over the labs that earlier engines have left. */
export async function createLabService(options: LabServiceOptions): Promise<LabService> {
  const providers = createProviders({
    baseDirectory: join(options.cacheDirectory, 'base'),
    holderProgram: join(options.distDirectory, 'holder.cjs'),
    nodeLibrary: join(options.distDirectory, 'node'),
  });
  const service = new Service(options, providers);
  await service.takeOver();
  return service;
}

class Service implements LabService {
  readonly #options: LabServiceOptions;
  readonly #providers: Providers;
  readonly #assets: Assets;
  readonly #labs = new Map<string, Lab>();
  readonly #listeners = new Set<(event: RpcEvent) => void>();
  readonly operations = new LabOperations({
    find: (name) => this.lab(name),
    reportsOf: (name) => this.#reports(name),
    emit: (event) => this.#emit(event),
  });

  constructor(options: LabServiceOptions, providers: Providers) {
    this.#options = options;
    this.#providers = providers;
    const built = (...path: string[]): string => join(options.distDirectory, ...path);
    this.#assets = { director: built('director', 'director'), probe: built('node', 'probe.cjs') };
  }

  async takeOver(): Promise<void> {
    await takeOverLabs({
      labsDirectory: this.#labsDirectory,
      providers: this.#providers,
      assets: this.#assets,
      emit: this.#emit,
      warn,
      onLab: (lab) => this.#watch(lab),
    });
  }

  info(): MethodOutput<'engine.info'>['providers'] {
    return Object.values(this.#providers).map((provider) => ({ name: provider.name, ...provider.availability() }));
  }

  listTestbeds(): Promise<TestbedSummary[]> {
    return summarizeTestbeds();
  }

  showTestbed(testbed: string): Promise<ResolvedTestbed> {
    return getTestbed(testbed);
  }

  async plan({ testbed: id, lab, provider = 'namespaces', options = {} }: UpRequest): Promise<Plan> {
    const testbed = this.#providers[provider].adapt(await getTestbed(id, options), options);
    return planLab(checkLabName(lab ?? id), testbed, provider);
  }

  preflight(request: UpRequest): Promise<Finding[]> {
    return preflightLab(this.#providers[request.provider ?? 'namespaces'], request, this.#assets.director);
  }

  async up(request: UpRequest): Promise<LabStatus> {
    const lab = await this.#claim(request);
    const operation = new OperationTracker({
      kind: 'up',
      lab: lab.name,
      title: `Start ${lab.name}`,
      plan: planLab(lab.name, lab.testbed, lab.record.provider),
      cancellable: true,
      emit: this.#emit,
    });
    lab.operation = operation;
    try {
      await bringUp(lab, this.#providerOf(lab.record), operation);
      await this.#setPhase(lab, 'running');
    } catch (error) {
      throw await this.#giveUp(lab, operation, error);
    }
    lab.operation = undefined;
    operation.end();
    this.#announce(lab);
    return lab.status();
  }

  async down(name: string): Promise<void> {
    const lab = this.lab(name);
    await this.#endOperations(lab);
    if (this.#labs.get(name) !== lab) return;
    await this.#takeDown(lab, async () => {
      // On a full disk it cannot be written down; removing makes room.
      await this.#setPhase(lab, 'stopping').catch((error: unknown) => lab.log.add('warn', 'engine', String(error)));
      this.#announce(lab);
    });
  }

  list(): LabSummary[] {
    return [...this.#labs.values()].map((lab) => lab.summary());
  }

  lab(name: string): Lab {
    const lab = this.#labs.get(name);
    if (lab !== undefined) return lab;
    const running = [...this.#labs.keys()];
    throw new RelevoError('UNKNOWN_LAB', `There is no lab "${name}".`, {
      lab: name,
      hint:
        running.length === 0
          ? 'No lab is running. Start one: relevo up TESTBED.'
          : `Running labs: ${running.join(', ')}.`,
    });
  }

  idleLab(name: string): Lab {
    const lab = this.lab(name);
    expectUnworked(lab);
    return lab;
  }

  log({ lab, source, lines }: MethodArguments<'lab.log'>): LogEntry[] {
    return this.lab(lab).log.last({ source, lines });
  }

  cancel(operation: string): void {
    const found = [...this.#labs.values()].find((lab) => lab.operation?.operation.id === operation);
    if (found?.operation === undefined)
      throw new RelevoError('UNKNOWN_OPERATION', 'There is no such operation; it may have ended already.');
    found.operation.cancel();
  }

  async drillReports(lab: string): Promise<MethodOutput<'drill.reports'>> {
    return this.#reports(checkLabName(lab)).list();
  }

  async drillReport(lab: string, id: string): Promise<DrillReport> {
    return this.#reports(checkLabName(lab)).read(id);
  }

  onEvent(listener: (event: RpcEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    for (const lab of this.#labs.values()) lab.release();
    this.#labs.clear();
    return Promise.resolve();
  }

  get #labsDirectory(): string {
    return join(this.#options.stateDirectory, 'labs');
  }

  #emit = (event: RpcEvent): void => {
    for (const listener of this.#listeners) listener(event);
  };

  #providerOf({ provider }: LabRecord): Provider {
    return this.#providers[provider];
  }

  /** A new lab, or one whose start was interrupted and is gone on with. */
  async #claim(request: UpRequest): Promise<Lab> {
    const unfinished = this.#labs.get(request.lab ?? request.testbed);
    if (unfinished === undefined || !isSameStart(unfinished, request)) return this.#claimNew(request);
    unfinished.release();
    const lab = new Lab({ ...unfinished.record, phase: 'starting' }, this.#assets, this.#emit);
    await saveRecord(lab.record).catch((error: unknown) => {
      throw storageError(lab.name, error);
    });
    this.#watch(lab);
    return lab;
  }

  async #claimNew({ testbed: id, lab: wanted, provider: kind = 'namespaces', options = {} }: UpRequest): Promise<Lab> {
    const provider = this.#providers[kind];
    checkAvailable(provider);
    await checkDirector(provider, options, this.#assets.director);
    const name = checkLabName(wanted ?? id);
    const testbed = provider.adapt(await getTestbed(id, options), options);
    const keys = await labKeys(name, this.#options.cacheDirectory).catch((error: unknown) => {
      throw storageError(name, error);
    });
    const directory = await claimLabDirectory(this.#labsDirectory, name);
    const mark = `${name}-${randomBytes(4).toString('hex')}`;
    const specification = await specifyOrLeave(provider, { lab: name, id: mark, directory, testbed, options });
    const about = {
      version: 1,
      lab: name,
      provider: kind,
      phase: 'starting',
      since: Date.now(),
    } as const;
    const record: LabRecord = { ...about, options, testbed, specification, keys, snapshots: [] };
    await saveRecord(record).catch(async (error: unknown) => {
      await provider.destroy(specification);
      throw storageError(name, error);
    });
    const lab = new Lab(record, this.#assets, this.#emit);
    this.#watch(lab);
    return lab;
  }

  #watch(lab: Lab): void {
    this.#labs.set(lab.name, lab);
    lab.onLost = (reason) => {
      this.#lost(lab, reason).catch((error: unknown) => warn(String(error)));
    };
    this.#announceAll();
  }

  async #setPhase(lab: Lab, phase: LabRecord['phase']): Promise<void> {
    lab.record = { ...lab.record, phase, since: Date.now() };
    await saveRecord(lab.record);
  }

  #announce(lab: Lab, error?: RelevoError): void {
    this.#emit({
      event: 'lab-phase',
      payload: { lab: lab.name, phase: lab.record.phase, ...(error === undefined ? {} : { error: error.toJSON() }) },
    });
    this.#announceAll();
  }

  #announceAll(): void {
    this.#emit({ event: 'labs', payload: { labs: this.list() } });
  }

  /** A start that failed or was cancelled is undone; gives the error to tell. */
  async #giveUp(lab: Lab, operation: OperationTracker, error: unknown): Promise<RelevoError> {
    const known = startError(lab.name, operation.signal.aborted, error);
    lab.record = { ...lab.record, phase: 'failed' };
    this.#announce(lab, known);
    await this.#remove(lab).catch((failure: unknown) =>
      warn(`${lab.name} was not removed completely: ${String(failure)}`),
    );
    lab.operation = undefined;
    operation.end(known.toJSON());
    return known;
  }

  /** What is under way with a lab is cancelled, or waited for where it cannot be; a start that is cancelled removes the lab itself. */
  async #endOperations(lab: Lab): Promise<void> {
    while (lab.operation !== undefined && this.#labs.get(lab.name) === lab) {
      if (lab.operation.operation.cancellable) lab.operation.cancel();
      await lab.operation.ended;
    }
  }

  /** Removes a lab as an operation of its own: whoever else wants it gone waits for that, and nobody removes it twice. */
  async #takeDown(lab: Lab, prepare: () => Promise<void> | void): Promise<void> {
    const operation = new OperationTracker({
      kind: 'down',
      lab: lab.name,
      title: `Stop ${lab.name}`,
      cancellable: false,
      emit: this.#emit,
    });
    lab.operation = operation;
    try {
      await prepare();
      await this.#remove(lab);
    } finally {
      lab.operation = undefined;
      operation.end();
    }
  }

  async #remove(lab: Lab): Promise<void> {
    lab.release();
    await this.#providerOf(lab.record).destroy(lab.record.specification);
    this.#labs.delete(lab.name);
    this.#emit({ event: 'lab-removed', payload: { lab: lab.name } });
    this.#announceAll();
  }

  async #lost(lab: Lab, reason: string): Promise<void> {
    // A start notices by itself, but not while it waits for something else.
    if (lab.record.phase === 'starting') lab.operation?.cancel();
    if (this.#labs.get(lab.name) !== lab || lab.record.phase !== 'running') return;
    const error = new RelevoError('HOLDER_LOST', `The lab "${lab.name}" is gone: ${reason}`, {
      lab: lab.name,
      hint: `Start it again: relevo up ${lab.testbed.id}.`,
    });
    lab.record = { ...lab.record, phase: 'failed' };
    this.#announce(lab, error);
    await this.#endOperations(lab);
    if (this.#labs.get(lab.name) === lab) await this.#takeDown(lab, () => undefined);
  }

  #reports(lab: string): ReportStore {
    return new ReportStore(join(this.#options.stateDirectory, 'reports', lab), warn);
  }
}

/** Whether this lab is what an interrupted start with this request has left. */
function isSameStart(
  { record, operation }: Lab,
  { testbed, provider = 'namespaces', options = {} }: UpRequest,
): boolean {
  const isLeft = record.phase === 'failed' && operation === undefined;
  return (
    isLeft &&
    record.testbed.id === testbed &&
    record.provider === provider &&
    isDeepStrictEqual(record.options, options)
  );
}

import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import type { LabHandle, LabService, UpRequest } from '../../../provisioning/lab/lab-service.ts';
import { RelevoError } from '../../../provisioning/contract/index.ts';
import type { LabStatus, LabSummary, NodeStatus, Operation, RpcEvent } from '../../../provisioning/contract/index.ts';
import type { ChannelExit, NodeChannel, NodeConnection } from '../../../provisioning/ssh/connection.ts';
import { loadTestbed } from '../../../testbeds/load.ts';
import type { ResolvedTestbed } from '../../../testbeds/resolved.ts';

/**
 * A lab service without labs, for tests of what is around it: nodes are shells on this machine, states are what they were told
 * to be, and every call is recorded.
 */
export class RecordingLabService implements LabService {
  readonly calls: string[] = [];
  readonly #labs = new Map<string, RecordedLab>();
  readonly #listeners = new Set<(event: RpcEvent) => void>();
  readonly #cancelled = new Map<string, (error: RelevoError) => void>();

  /** The testbed `slow` is `tfg`, and never gets ready: for what happens meanwhile. */
  async #testbed(name: string): Promise<ResolvedTestbed> {
    const result = await loadTestbed(name === 'slow' ? 'tfg' : name);
    if (result.kind === 'loaded') return result.testbed;
    throw new RelevoError('UNKNOWN_TESTBED', `There is no testbed named "${name}".`, { hint: 'Known: tfg.' });
  }

  emit(event: RpcEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  info(): ReturnType<LabService['info']> {
    return [{ name: 'namespaces', available: true, reason: 'This is a test.' }];
  }

  async listTestbeds(): ReturnType<LabService['listTestbeds']> {
    const { id, title, description, source, nodes, networks } = await this.#testbed('tfg');
    return [{ id, title, description, source, nodes: nodes.length, networks: networks.length }];
  }

  showTestbed(testbed: string): Promise<ResolvedTestbed> {
    return this.#testbed(testbed);
  }

  async plan({ testbed, lab }: UpRequest): ReturnType<LabService['plan']> {
    await this.#testbed(testbed);
    const step = {
      id: 'base',
      action: 'build-base',
      title: 'Build the base',
      reason: 'nodes need one',
      after: [],
    } as const;
    return { lab: lab ?? testbed, testbed, provider: 'namespaces', steps: [{ ...step, after: [] }] };
  }

  async preflight({ testbed }: UpRequest): ReturnType<LabService['preflight']> {
    await this.#testbed(testbed);
    return [{ id: 'namespaces', level: 'ok', message: 'This is a test.' }];
  }

  async up(request: UpRequest): Promise<LabStatus> {
    this.calls.push(`up ${JSON.stringify(request)}`);
    const name = request.lab ?? request.testbed;
    if (this.#labs.has(name)) throw new RelevoError('LAB_EXISTS', `A lab named "${name}" exists already.`);
    const lab = new RecordedLab(name, await this.#testbed(request.testbed));
    this.#labs.set(name, lab);
    this.#changed();
    if (request.testbed === 'slow') await this.#untilCancelled(lab);
    lab.phase = 'running';
    this.#changed();
    return lab.status();
  }

  #untilCancelled(lab: RecordedLab): Promise<never> {
    const operation: Operation = {
      id: `up-${lab.name}`,
      kind: 'up',
      lab: lab.name,
      title: `Starting ${lab.name}`,
      startedAt: Date.now(),
      steps: [{ step: 'base', state: 'running', message: 'For ever' }],
      cancellable: true,
    };
    lab.operation = operation;
    this.emit({ event: 'operation-started', payload: { lab: lab.name, operation } });
    return new Promise((_resolve, reject) => {
      this.#cancelled.set(operation.id, (error) => {
        this.#remove(lab.name);
        reject(error);
      });
    });
  }

  down(name: string): Promise<void> {
    this.calls.push(`down ${name}`);
    this.lab(name);
    this.#remove(name);
    return Promise.resolve();
  }

  #remove(name: string): void {
    this.#labs.delete(name);
    this.emit({ event: 'lab-removed', payload: { lab: name } });
    this.#changed();
  }

  #changed(): void {
    this.emit({ event: 'labs', payload: { labs: this.list() } });
  }

  list(): LabSummary[] {
    return [...this.#labs.values()].map((lab) => lab.summary());
  }

  lab(name: string): RecordedLab {
    const lab = this.#labs.get(name);
    if (lab === undefined) throw new RelevoError('UNKNOWN_LAB', `There is no lab named "${name}".`);
    return lab;
  }

  log(request: Parameters<LabService['log']>[0]): ReturnType<LabService['log']> {
    this.lab(request.lab);
    return [{ at: 0, level: 'info', source: 'engine', message: 'a line' }];
  }

  cancel(operation: string): void {
    const cancel = this.#cancelled.get(operation);
    if (cancel === undefined) throw new RelevoError('UNKNOWN_OPERATION', `There is no operation "${operation}".`);
    cancel(new RelevoError('CANCELLED', 'Starting was cancelled.'));
  }

  idleLab(name: string): RecordedLab {
    return this.lab(name);
  }

  readonly operations: LabService['operations'] = {
    halt: (request) => this.#record('halt', request),
    suspend: (request) => this.#record('suspend', request),
    start: (request) => this.#record('start', request),
    reload: (request) => this.#record('reload', request),
    upgrade: (lab) => this.#record('upgrade', { lab }).then(() => []),
    snapshots: (lab) => Promise.resolve(this.lab(lab).name === '' ? [] : []),
    takeSnapshot: ({ lab, name }) => this.#record('take', { lab, name }).then(() => ({ name, missing: [] })),
    restoreSnapshot: (request) => this.#record('restore', request),
    deleteSnapshot: (request) => this.#record('delete', request).then(() => undefined),
    runDrill: ({ lab, drill }) => {
      this.lab(lab);
      return Promise.reject(new RelevoError('UNKNOWN_DRILL', `There is no drill named "${drill}" in this test.`));
    },
  };

  #record(what: string, request: { readonly lab: string; readonly name?: string }): Promise<LabStatus> {
    this.calls.push(`${what} ${JSON.stringify(request)}`);
    return Promise.resolve(this.lab(request.lab).status());
  }

  drillReports(lab: string): ReturnType<LabService['drillReports']> {
    return Promise.resolve(this.lab(lab).name === '' ? [] : []);
  }

  drillReport(lab: string, id: string): ReturnType<LabService['drillReport']> {
    this.lab(lab);
    return Promise.reject(new RelevoError('INVALID_INPUT', `There is no report "${id}".`));
  }

  onEvent(listener: (event: RpcEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.calls.push('close');
    return Promise.resolve();
  }
}

export class RecordedLab implements LabHandle {
  readonly name: string;
  readonly testbed: ResolvedTestbed;
  phase: LabSummary['phase'] = 'starting';
  operation: Operation | undefined;
  /** Every channel that was opened, so that a test can break it. */
  readonly channels: { readonly node: string; lose(): void; readonly pid: number | undefined }[] = [];

  constructor(name: string, testbed: ResolvedTestbed) {
    this.name = name;
    this.testbed = testbed;
  }

  summary(): LabSummary {
    const { name: lab, phase } = this;
    const count = this.testbed.nodes.length;
    const base = { lab, testbed: this.testbed.id, provider: 'namespaces', phase } as const;
    return { ...base, since: 0, nodesRunning: count, nodesTotal: count };
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  status(): LabStatus {
    return {
      ...this.summary(),
      options: {},
      nodes: this.testbed.nodes.map((node) => this.#node(node.name, 'running')),
      virtualAddresses: [],
      directors: [],
      sharing: { kind: 'sshfs', reason: { en: 'This is a test.', es: 'Es una prueba.', gl: 'É unha proba.' } },
      ...(this.operation === undefined ? {} : { operation: this.operation }),
    };
  }

  #node(name: string, state: NodeStatus['state']): NodeStatus {
    const node = this.testbed.nodes.find((candidate) => candidate.name === name);
    if (node === undefined) throw new RelevoError('UNKNOWN_NODE', `Lab ${this.name} has no node named "${name}".`);
    return { name, role: node.role, state, since: 0, interfaces: [] };
  }

  connection(node: string): Promise<NodeConnection> {
    this.#node(node, 'running');
    return Promise.resolve(localConnection(node, (channel) => this.channels.push(channel)));
  }

  kill = (node: string): Promise<NodeStatus> => Promise.resolve(this.#node(node, 'off'));
  start = (node: string): Promise<NodeStatus> => Promise.resolve(this.#node(node, 'running'));
  freeze = (node: string): Promise<NodeStatus> => Promise.resolve(this.#node(node, 'frozen'));
  cutLink = (node: string, network: string): ReturnType<LabHandle['cutLink']> => this.#link(node, network, 'cut');
  restoreLink = (node: string, network: string): ReturnType<LabHandle['restoreLink']> =>
    this.#link(node, network, 'connected');

  #link(node: string, network: string, cable: 'cut' | 'connected'): ReturnType<LabHandle['cutLink']> {
    this.#node(node, 'running');
    if (!this.testbed.networks.some(({ name }) => name === network)) {
      throw new RelevoError('UNKNOWN_NETWORK', `Lab ${this.name} has no network named "${network}".`);
    }
    return Promise.resolve({ name: 'eth0', network, mac: '', mtu: 1500, addresses: [], cable });
  }

  onDirectorEvent(): () => void {
    return () => undefined;
  }
}

type OnChannel = (channel: { readonly node: string; lose(): void; readonly pid: number | undefined }) => void;

/** A "node" that is this machine: its commands are run by a local shell. */
function localConnection(node: string, onChannel: OnChannel): NodeConnection {
  return {
    node,
    execute: () => Promise.resolve({ exitCode: 0, stdout: '0\n', stderr: '' }),
    open: ({ command }) => Promise.resolve(localChannel(node, command ?? 'sh', onChannel)),
    openSocket: (path) => Promise.reject(new Error(`Nobody listens on ${path}.`)),
    readFile: (path) => readFile(path),
    writeFile: (path, data, mode) => writeFile(path, data, mode === undefined ? {} : { mode }),
    closed: new Promise(() => undefined),
    close: () => undefined,
  };
}

function localChannel(node: string, command: string, onChannel: OnChannel): NodeChannel {
  const child = spawn('sh', ['-c', command], { stdio: 'pipe' });
  let lose: () => void = () => undefined;
  const exited = new Promise<ChannelExit>((resolve) => {
    lose = () => resolve({ lost: true });
    child.once('exit', (code, signal) => resolve(code === null ? { signal: signal ?? 'KILL' } : { exitCode: code }));
  });
  onChannel({ node, lose: () => lose(), pid: child.pid });
  const { stdin } = child;
  // Node throws away what nobody has read of a child that ended; SSH does not.
  const stdout = child.stdout.pipe(new PassThrough());
  const stderr = child.stderr.pipe(new PassThrough());
  return { stdin, stdout, stderr, exited, resize: () => undefined, close: () => void child.kill('SIGKILL') };
}

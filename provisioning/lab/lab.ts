import type { DirectorEvent } from '../../director/index.ts';
import { directorEventSchema, foldDirector } from '../../director/index.ts';
import type { ResolvedNode, ResolvedTestbed } from '../../testbeds/resolved.ts';
import { RelevoError } from '../contract/index.ts';
import type { InterfaceStatus, LabStatus, LabSummary, NodeStatus, RpcEvent } from '../contract/index.ts';
import type { LabRuntime, NodeRuntimeStatus } from '../providers/provider.ts';
import type { NodeConnection } from '../ssh/connection.ts';
import { describeDirectorEvent } from './director-text.ts';
import type { LabHandle } from './lab-service.ts';
import { LabLog } from './lab-log.ts';
import { runsOurDirector } from './lab-record.ts';
import type { LabRecord } from './lab-record.ts';
import { directorStatuses, interfaceStatus, nodeStatus, virtualAddresses } from './lab-view.ts';
import type { DirectorView, NodeView } from './lab-view.ts';
import { addressCommand, foldAddressLine } from './node-addresses.ts';
import { NodeConnections } from './node-connections.ts';
import { NodePower } from './node-power.ts';
import type { PoweredLab } from './node-power.ts';
import { awaitReady } from './node-setup.ts';
import type { Assets } from './node-setup.ts';
import { commandLines, followLines, socketLines } from './node-stream.ts';
import type { NodeStream } from './node-stream.ts';
import type { OperationTracker } from './operation-tracker.ts';
import { labRecipes } from './recipes.ts';

const BOOT_POLL_MS = 20;
const directorEvents = socketLines('/run/director/admin.sock', JSON.stringify({ method: 'watch', adverts: true }));
const addressChanges = commandLines(addressCommand);

/** A lab while this engine has it: what its machines, kernels and directors say, folded into one status and told as events. */
export class Lab implements LabHandle, PoweredLab {
  record: LabRecord;
  operation: OperationTracker | undefined;
  reattachedAt: number | undefined;
  /** Called when the machines are gone although nobody asked for it. */
  onLost: (reason: string) => void = () => undefined;
  readonly log: LabLog;
  readonly power = new NodePower(this);
  readonly assets: Assets;
  readonly #emit: (event: RpcEvent) => void;
  readonly #views: Map<string, NodeView>;
  readonly #directors = new Map<string, DirectorView>();
  readonly #streams = new Map<string, NodeStream[]>();
  readonly #directorListeners = new Set<(node: string, event: DirectorEvent) => void>();
  #runtime: LabRuntime | undefined;
  #connections: NodeConnections | undefined;
  #stopListening: (() => void)[] = [];

  constructor(record: LabRecord, assets: Assets, emit: (event: RpcEvent) => void) {
    this.record = record;
    this.assets = assets;
    this.#emit = emit;
    this.#views = new Map(
      record.testbed.nodes.map(({ name }) => [
        name,
        { state: 'off', since: Date.now(), addresses: new Map(), cut: [] },
      ]),
    );
    this.log = new LabLog(record.specification.directory, (entry) =>
      emit({ event: 'log', payload: { lab: this.name, entry } }),
    );
  }

  get name(): string {
    return this.record.lab;
  }

  get testbed(): ResolvedTestbed {
    return this.record.testbed;
  }

  get runtime(): LabRuntime {
    if (this.#runtime === undefined) {
      throw new RelevoError('LAB_BUSY', `The lab "${this.name}" has no machines yet.`, {
        lab: this.name,
        hint: 'Wait until it has started.',
      });
    }
    return this.#runtime;
  }

  /** The machines are there: from now on their changes are the lab's. */
  adopt(runtime: LabRuntime): void {
    this.#runtime = runtime;
    this.#connections = new NodeConnections(runtime, this.record.keys);
    for (const status of runtime.nodes()) this.#onPower(status);
    this.#stopListening.push(
      runtime.onChange((status) => this.#onPower(status)),
      runtime.onLost((reason) => this.onLost(reason)),
    );
  }

  /** Stops following; the machines live on or are being removed. */
  release(): void {
    for (const stop of this.#stopListening) stop();
    this.#stopListening = [];
    for (const node of [...this.#streams.keys()]) this.#unfollow(node);
    this.#connections?.closeAll();
    this.#runtime?.detach();
  }

  summary(): LabSummary {
    const { lab, testbed, provider, phase, since } = this.record;
    const nodesRunning = [...this.#views.values()].filter(({ state }) => state === 'running').length;
    return { lab, testbed: testbed.id, provider, phase, since, nodesRunning, nodesTotal: this.#views.size };
  }

  status(): LabStatus {
    return {
      ...this.summary(),
      options: this.record.options,
      nodes: this.testbed.nodes.map((node) => nodeStatus(node, this.#view(node.name))),
      virtualAddresses: virtualAddresses(this.testbed, this.#views),
      directors: runsOurDirector(this.record) ? directorStatuses(this.testbed, this.#directors) : [],
      sharing: this.testbed.differences[this.record.provider].sharing,
      ...(this.operation === undefined ? {} : { operation: this.operation.operation }),
      ...(this.reattachedAt === undefined ? {} : { reattachedAt: this.reattachedAt }),
    };
  }

  /** Somebody wants to know how it is now, not how it was when we last looked. */
  async refresh(): Promise<void> {
    await this.#runtime?.refresh?.().catch((error: unknown) => this.log.add('warn', 'engine', String(error)));
  }

  async connection(node: string): Promise<NodeConnection> {
    return this.#connectionsTo(node).get(node);
  }

  /** To a node that has just booted: tries again for a minute. */
  async connectionSoon(node: string): Promise<NodeConnection> {
    return this.#connectionsTo(node).getSoon(node);
  }

  #connectionsTo(node: string): NodeConnections {
    this.#node(node);
    if (this.#connections !== undefined) return this.#connections;
    throw new RelevoError('LAB_BUSY', `The lab "${this.name}" is still starting.`, { lab: this.name });
  }

  readonly kill = (node: string): Promise<NodeStatus> => this.power.kill(node);
  readonly start = (node: string): Promise<NodeStatus> => this.power.start(node);
  readonly freeze = (node: string): Promise<NodeStatus> => this.power.freeze(node);

  async cutLink(node: string, network: string): Promise<InterfaceStatus> {
    this.#interface(node, network);
    this.log.add('warn', 'engine', `${node}: cable to ${network} cut`);
    await this.runtime.cutLink(node, network);
    return this.#interface(node, network);
  }

  async restoreLink(node: string, network: string): Promise<InterfaceStatus> {
    this.#interface(node, network);
    this.log.add('info', 'engine', `${node}: cable to ${network} restored`);
    await this.runtime.restoreLink(node, network);
    return this.#interface(node, network);
  }

  onDirectorEvent(listener: (node: string, event: DirectorEvent) => void): () => void {
    this.#directorListeners.add(listener);
    return () => void this.#directorListeners.delete(listener);
  }

  nodeStatus(name: string): NodeStatus {
    return nodeStatus(this.#node(name), this.#view(name));
  }

  note(level: 'info' | 'warn', message: string): void {
    this.log.add(level, 'engine', message);
  }

  /** An engine that found the node frozen has never heard it. */
  resumeFollowing(name: string): void {
    if (!this.#streams.has(name)) this.markRunning(name);
  }

  /** Closes what is open to a node: it will not answer in these conversations any more. */
  forget(name: string): void {
    this.#unfollow(name);
    this.#connections?.drop(name);
  }

  /** The node's daemons answer: it counts as running, and what it says is followed. */
  markRunning(name: string): void {
    this.#change(name, { state: 'running', message: undefined });
    this.#follow(this.#node(name));
  }

  /** Waits, but not for long, until every running node and director has said what it has: an answer before that would be untrue. */
  async hearAll(limitMs: number): Promise<void> {
    const end = Date.now() + limitMs;
    const isSilent = (node: NodeStatus): boolean =>
      node.state === 'running' && node.interfaces.every(({ addresses }) => addresses.length === 0);
    const isIncomplete = ({ nodes, directors }: LabStatus): boolean =>
      nodes.some(isSilent) ||
      directors.some(({ node, snapshot }) => snapshot === undefined && this.#view(node).state === 'running');
    while (isIncomplete(this.status()) && Date.now() < end)
      await new Promise((resolve) => setTimeout(resolve, BOOT_POLL_MS));
  }

  /** A node that was booting when its engine died: waits for the end of its boot as that engine would have. */
  async finishBoot(name: string): Promise<void> {
    while (this.runtime.nodes().some(({ node, power }) => node === name && power === 'booting')) {
      await new Promise((resolve) => setTimeout(resolve, BOOT_POLL_MS));
    }
    await this.boot(name, true);
  }

  /** Waits until a node's daemons answer; switches it on before, unless it is on. */
  async boot(name: string, isOn: boolean): Promise<void> {
    if (!isOn) await this.runtime.startNode(name);
    const recipe = labRecipes(this.record).find(({ node }) => node === name);
    try {
      if (recipe !== undefined) await awaitReady(await this.connectionSoon(name), recipe, () => undefined);
    } catch (error) {
      if (this.#view(name).state !== 'off') {
        const message = error instanceof Error ? error.message : String(error);
        this.#change(name, { state: 'failed', message });
        // It runs all the same, only not all of it; what it does is worth seeing.
        this.#follow(this.#node(name));
      }
      throw error;
    }
    this.markRunning(name);
  }

  #onPower({ node, power, cut }: NodeRuntimeStatus): void {
    const view = this.#view(node);
    if (power === 'off' || power === 'suspended') {
      this.forget(node);
      this.#change(node, { state: power, addresses: new Map(), cut, message: undefined });
      if (this.#directors.delete(node)) this.#emit({ event: 'director-lost', payload: { lab: this.name, node } });
    } else if (power === 'booting') this.#change(node, { state: 'starting', cut });
    else if (power === 'frozen') this.#change(node, { state: 'frozen', cut });
    else this.#change(node, { state: view.state === 'frozen' ? 'running' : view.state, cut });
  }

  #follow(node: ResolvedNode): void {
    const { name } = node;
    this.#unfollow(name);
    const connect = (): Promise<NodeConnection> => this.connection(name);
    const addresses = followLines({
      connect,
      source: addressChanges,
      onLine: (line) => this.#onAddressLine(name, line),
      onLost: () => undefined,
    });
    const streams = [addresses];
    if (node.role === 'director' && runsOurDirector(this.record)) {
      const onLine = (line: string): void => this.#onDirectorLine(name, line);
      streams.push(followLines({ connect, source: directorEvents, onLine, onLost: () => this.#onDirectorLost(name) }));
    }
    this.#streams.set(name, streams);
  }

  #unfollow(name: string): void {
    for (const stream of this.#streams.get(name) ?? []) stream.stop();
    this.#streams.delete(name);
  }

  #onAddressLine(name: string, line: string): void {
    const view = this.#view(name);
    const addresses = foldAddressLine(view.addresses, line);
    if (addresses !== view.addresses) this.#change(name, { addresses });
  }

  #onDirectorLine(name: string, line: string): void {
    const parsed = directorEventSchema.safeParse(parseJson(line));
    if (!parsed.success) return;
    const event = parsed.data;
    const snapshot = foldDirector(this.#directors.get(name)?.snapshot, event);
    if (snapshot !== undefined) this.#directors.set(name, { snapshot, at: event.at });
    for (const listener of this.#directorListeners) listener(name, event);
    const text = describeDirectorEvent(event);
    if (text !== undefined) this.log.add(text.level, name, text.message, event.at);
    // Advertisements come up to a hundred times a second; nobody can watch that, and drills hear them above.
    if (event.type !== 'advert') this.#emit({ event: 'director', payload: { lab: this.name, node: name, event } });
  }

  #onDirectorLost(name: string): void {
    if (this.#directors.delete(name)) this.#emit({ event: 'director-lost', payload: { lab: this.name, node: name } });
  }

  #change(name: string, change: Partial<NodeView>): void {
    const before = this.#view(name);
    const holdersBefore = JSON.stringify(virtualAddresses(this.testbed, this.#views));
    const since = change.state === undefined || change.state === before.state ? before.since : Date.now();
    this.#views.set(name, { ...before, ...change, since });
    this.#emit({ event: 'node-changed', payload: { lab: this.name, node: this.nodeStatus(name) } });
    const holders = virtualAddresses(this.testbed, this.#views);
    if (JSON.stringify(holders) !== holdersBefore)
      this.#emit({ event: 'virtual-addresses', payload: { lab: this.name, virtualAddresses: holders } });
  }

  #interface(node: string, network: string): InterfaceStatus {
    const status = interfaceStatus(this.#node(node), this.#view(node), network);
    if (status !== undefined) return status;
    const hint = `Its networks: ${this.#node(node)
      .interfaces.map((entry) => entry.network)
      .join(', ')}.`;
    throw new RelevoError('UNKNOWN_NETWORK', `The node "${node}" has no cable in a network "${network}".`, {
      node,
      hint,
    });
  }

  #node(name: string): ResolvedNode {
    const node = this.testbed.nodes.find((candidate) => candidate.name === name);
    if (node !== undefined) return node;
    const hint = `Its nodes: ${this.testbed.nodes.map((candidate) => candidate.name).join(', ')}.`;
    throw new RelevoError('UNKNOWN_NODE', `The lab "${this.name}" has no node "${name}".`, {
      lab: this.name,
      node: name,
      hint,
    });
  }

  #view(name: string): NodeView {
    this.#node(name);
    return this.#views.get(name) ?? { state: 'off', since: 0, addresses: new Map(), cut: [] };
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

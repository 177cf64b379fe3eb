import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Duplex } from 'node:stream';
import { testbedNamed } from '../../recipes/fixtures/recipes-of.ts';
import type { LabRuntime, MachineControl, NodePower, NodeRuntimeStatus } from '../../providers/provider.ts';
import { generateKeyPair } from '../../ssh/keys.ts';
import { Lab } from '../lab.ts';
import type { LabRecord } from '../lab-record.ts';
import { OperationTracker } from '../operation-tracker.ts';

/** Machines that are only words: they obey at once, and write down in which order they were told what. */
export class FakeRuntime implements LabRuntime {
  readonly told: string[] = [];
  /** `take web1`: what is to fail. */
  readonly failing = new Set<string>();
  readonly kept = new Map<string, Map<string, NodePower>>();
  readonly #powers: Map<string, NodePower>;
  readonly #listeners = new Set<(status: NodeRuntimeStatus) => void>();

  constructor(nodes: readonly string[]) {
    this.#powers = new Map(nodes.map((node) => [node, 'on']));
  }

  nodes = (): NodeRuntimeStatus[] => [...this.#powers].map(([node, power]) => ({ node, power, cut: [] }));
  startNode = (node: string): Promise<void> => this.#set('start', node, 'on');
  killNode = (node: string): Promise<void> => this.#set('kill', node, 'off');
  freezeNode = (node: string): Promise<void> => this.#set('freeze', node, 'frozen');
  thawNode = (node: string): Promise<void> => this.#set('thaw', node, 'on');
  haltNode = (node: string): Promise<void> => this.#set('halt', node, 'off');
  cutLink = (): Promise<void> => Promise.resolve();
  restoreLink = (): Promise<void> => Promise.resolve();
  commit = (): Promise<void> => Promise.resolve();
  detach = (): void => undefined;
  onLost = (): (() => void) => () => undefined;

  machines: MachineControl = {
    suspendNode: (node) => this.#set('suspend', node, 'suspended'),
    takeSnapshot: async (node, name) => {
      await this.#tell('take', node);
      this.#snapshotsOf(node).set(name, this.#powers.get(node) ?? 'off');
    },
    restoreSnapshot: (node, _name, wasOn) =>
      this.#set(`restore ${wasOn ? 'on' : 'off'}`, node, wasOn ? 'frozen' : 'off'),
    deleteSnapshot: async (node, name) => {
      await this.#tell('delete', node);
      this.#snapshotsOf(node).delete(name);
    },
    snapshots: (node) => Promise.resolve([...this.#snapshotsOf(node).keys()]),
  };

  /** Nobody answers: whoever connects is told so at once. */
  openTransport(): Duplex {
    return new PassThrough().destroy();
  }

  onChange(listener: (status: NodeRuntimeStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #snapshotsOf(node: string): Map<string, NodePower> {
    const own = this.kept.get(node) ?? new Map<string, NodePower>();
    this.kept.set(node, own);
    return own;
  }

  async #set(what: string, node: string, power: NodePower): Promise<void> {
    await this.#tell(what, node);
    this.#powers.set(node, power);
    for (const listener of this.#listeners) listener({ node, power, cut: [] });
  }

  #tell(what: string, node: string): Promise<void> {
    this.told.push(`${what} ${node}`);
    return this.failing.has(`${what} ${node}`)
      ? Promise.reject(new Error(`${what} ${node} failed`))
      : Promise.resolve();
  }
}

const keys = { cluster: generateKeyPair('cluster'), host: generateKeyPair('host'), engine: generateKeyPair('engine') };

/** A lab of the TFG whose machines all run. The caller releases it. */
export async function fakeLab(): Promise<{ lab: Lab; runtime: FakeRuntime }> {
  const testbed = await testbedNamed('tfg');
  const directory = mkdtempSync(join(tmpdir(), 'lifecycle-'));
  const record: LabRecord = {
    version: 1,
    lab: 'tfg',
    provider: 'vagrant',
    phase: 'running',
    since: 0,
    options: {},
    testbed,
    snapshots: [],
    keys: { ...keys, web: '' },
    specification: {
      provider: 'vagrant',
      lab: 'tfg',
      id: 'tfg-0',
      directory,
      testbed,
      machines: { hypervisor: 'libvirt', stack: 'director', plane: 'auto', box: 'debian', internet: 'stand-in' },
    },
  };
  const lab = new Lab(record, { director: '', probe: '' }, () => undefined);
  const runtime = new FakeRuntime(testbed.nodes.map(({ name }) => name));
  lab.adopt(runtime);
  for (const { name } of testbed.nodes) lab.markRunning(name);
  return { lab, runtime };
}

export function tracker(lab: Lab): OperationTracker {
  return new OperationTracker({ kind: 'halt', lab: lab.name, title: 'test', cancellable: true, emit: () => undefined });
}

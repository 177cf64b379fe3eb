import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Machine, MachineLab } from '../../../testbeds/exporters/vagrant/machines.ts';
import { RelevoError } from '../../contract/index.ts';
import type { LabRuntime, MachineControl, NodePower, NodeRuntimeStatus, StartOptions } from '../provider.ts';
import { CreationGate } from './creation-gate.ts';
import type { AdapterPlace, MachineDriver, MachinePower } from './drivers/driver.ts';
import type { SshPlace } from './ssh-config.ts';
import { SshPlaces } from './ssh-places.ts';
import type { Vagrant } from './vagrant.ts';

/** How often the hypervisor is asked: somebody may use Vagrant by hand, or a machine may die. */
const POLL_MS = 5000;
/** A machine that was asked to shut down; an emulated one needs half a minute. */
const HALT_LIMIT_MS = 120_000;
const HALT_POLL_MS = 500;
/** Between two questions to Vagrant, each of which costs seconds. */
const FIND_PAUSE_MS = 30_000;
/** What Vagrant says as soon as a machine is made and boots: the next may be made. */
const BOOTS = /^(Waiting for (domain|machine)|Booting VM|Starting domain)/;

interface View {
  power: NodePower;
  cut: readonly string[];
}

/** A lab's virtual machines: made and started by Vagrant, watched and broken through the hypervisor. */
export class VagrantRuntime implements LabRuntime {
  readonly #lab: MachineLab;
  readonly #vagrant: Vagrant;
  readonly #driver: MachineDriver;
  readonly #views: Map<string, View>;
  readonly #places: SshPlaces;
  readonly #haltLimitMs: number;
  readonly #gate = new CreationGate();
  /** Being started: not on before it answers, whatever the hypervisor says. */
  readonly #starting = new Set<string>();
  /** Switched by us while the hypervisor was being asked: its answer is older than that. */
  readonly #acted = new Set<string>();
  readonly #listeners = new Set<(status: NodeRuntimeStatus) => void>();
  readonly #lostListeners = new Set<(reason: string) => void>();
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  #existed = false;
  #findAgainAt = 0;
  /** The hypervisor has been asked once: what is on from now on was started under our eyes. */
  #isKnown = false;

  constructor(lab: MachineLab, vagrant: Vagrant, driver: MachineDriver, haltLimitMs = HALT_LIMIT_MS) {
    this.#haltLimitMs = haltLimitMs;
    this.#lab = lab;
    this.#vagrant = vagrant;
    this.#driver = driver;
    this.#places = new SshPlaces(join(vagrant.folder, 'ssh-places.json'), (nodes) => this.#sshPlaces(nodes));
    this.#views = new Map(lab.machines.map(({ node }) => [node.name, { power: 'off', cut: [] }]));
  }

  /** Learns what there is. False when none of the machines exists. */
  async find(): Promise<boolean> {
    await Promise.all([this.refresh(), this.#places.read()]);
    // A hypervisor that knows is asked, since its word is never old; Vagrant, which takes its time, only by whoever watches.
    if (this.#driver.sshPlace !== undefined) await this.#places.learn(this.#running()).catch(() => undefined);
    return this.#existed;
  }

  /** Where these machines answer, of the hypervisor where it knows and of Vagrant where not. */
  async #sshPlaces(nodes: readonly string[]): Promise<Map<string, SshPlace>> {
    const { sshPlace } = this.#driver;
    if (sshPlace === undefined) return this.#vagrant.sshPlaces(nodes);
    const places = await Promise.all(
      nodes.map(async (node) => [node, await sshPlace(this.#machine(node).label)] as const),
    );
    return new Map(places.flatMap(([node, place]) => (place === undefined ? [] : [[node, place]])));
  }

  #running(): string[] {
    return [...this.#views].filter(([, { power }]) => !isOff(power)).map(([node]) => node);
  }

  watch(): void {
    const look = (): void => {
      this.refresh()
        .then(() => this.#findPlaces())
        .catch(() => undefined);
    };
    this.#timer ??= setInterval(look, POLL_MS);
    this.#timer.unref();
    look();
  }

  /** Of machines whose engine died before it heard where they answer: while a Vagrant works on them, none tells. */
  async #findPlaces(): Promise<void> {
    if (Date.now() < this.#findAgainAt) return;
    this.#findAgainAt = Infinity;
    await this.#places
      .complete(this.#running().filter((node) => !this.#starting.has(node)))
      .catch(() => undefined)
      .finally(() => (this.#findAgainAt = Date.now() + FIND_PAUSE_MS));
  }

  nodes = (): NodeRuntimeStatus[] => [...this.#views].map(([node, view]) => ({ node, ...view }));

  /** Asks the hypervisor now; calls at the same time share one answer. */
  refresh(): Promise<void> {
    this.#polling ??= this.#ask().finally(() => (this.#polling = undefined));
    return this.#polling;
  }

  async #ask(): Promise<void> {
    this.#acted.clear();
    const powers = await this.#driver.powers(this.#lab.machines.map(({ label }) => label));
    await this.#learnStarted(powers);
    const isAnyThere = [...powers.values()].some((power) => power !== 'missing');
    for (const { node, label } of this.#lab.machines) {
      if (this.#starting.has(node.name) || this.#acted.has(node.name)) continue;
      const known = this.#views.get(node.name)?.power ?? 'off';
      this.#change(node.name, { power: nodePower(powers.get(label) ?? 'missing', known) });
    }
    if (this.#existed && !isAnyThere && this.#starting.size === 0)
      for (const listener of this.#lostListeners) listener('Its machines were removed.');
    this.#existed = isAnyThere;
    this.#isKnown = true;
  }

  /** Whom somebody started by hand may answer somewhere else: Vagrant gives VirtualBox's machines any port that is free. */
  async #learnStarted(powers: ReadonlyMap<string, MachinePower>): Promise<void> {
    if (!this.#isKnown) return;
    const started = this.#lab.machines.filter(
      ({ node, label }) =>
        powers.get(label) === 'on' && isOff(this.#views.get(node.name)?.power) && !this.#starting.has(node.name),
    );
    // A Vagrant that still works on the machine does not tell; what was known before is tried then.
    if (started.length > 0) await this.#places.learn(started.map(({ node }) => node.name)).catch(() => undefined);
  }

  async startNode(node: string, options: StartOptions = {}): Promise<void> {
    this.#machine(node);
    // Somebody may have woken it by hand since.
    if (this.#views.get(node)?.power === 'suspended') await this.refresh();
    const isSuspended = this.#views.get(node)?.power === 'suspended';
    this.#starting.add(node);
    this.#change(node, { power: 'booting' });
    try {
      if (isSuspended) await this.#driver.wake(this.#machine(node).label);
      else await this.#up(node, options);
      // One that wakes is where it was; Vagrant would take seconds to say so.
      const isLearnt = isSuspended && this.#driver.sshPlace === undefined;
      await (isLearnt ? this.#places.complete([node]) : this.#places.learn([node]));
      await this.#learnCables(node);
      this.#existed = true;
      this.#change(node, { power: 'on' });
    } finally {
      this.#starting.delete(node);
      await this.refresh().catch(() => undefined);
    }
  }

  /** Vagrant notes what it has made when the machine boots: ended before that, it would forget what is half made. */
  async #up(node: string, { onProgress, signal }: StartOptions): Promise<void> {
    const { leave } = await this.#gate.enter();
    const stop = new AbortController();
    let isMade = false;
    const stopWhenMade = (): void => {
      if (isMade && signal?.aborted === true) stop.abort();
    };
    const heard = (message: string): void => {
      if (BOOTS.test(message)) {
        isMade = true;
        leave();
        stopWhenMade();
      }
      onProgress?.(message);
    };
    signal?.addEventListener('abort', stopWhenMade);
    try {
      if (signal?.aborted === true) throw new RelevoError('CANCELLED', `Starting "${node}" was cancelled.`, { node });
      await this.#vagrant.up(node, { onProgress: heard, signal: stop.signal });
    } finally {
      signal?.removeEventListener('abort', stopWhenMade);
      leave();
    }
  }

  async haltNode(node: string, ask: () => Promise<void>): Promise<void> {
    this.#machine(node);
    // What has been asked may hang up before it has answered.
    await ask().catch(() => undefined);
    const end = Date.now() + this.#haltLimitMs;
    while (this.#views.get(node)?.power === 'on' && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, HALT_POLL_MS));
      await this.refresh();
    }
    if (this.#views.get(node)?.power === 'on') await this.#vagrant.halt(node);
    this.#act(node, { power: 'off' });
  }

  /** Memory and disks, by the hypervisor. */
  readonly machines: MachineControl = {
    suspendNode: async (node) => {
      await this.#driver.suspend(this.#machine(node).label);
      this.#act(node, { power: 'suspended' });
    },
    takeSnapshot: (node, name) => this.#driver.takeSnapshot(this.#machine(node).label, name),
    restoreSnapshot: async (node, name, wasOn) => {
      await this.#driver.restoreSnapshot(this.#machine(node).label, name, wasOn);
      this.#act(node, { power: wasOn ? 'frozen' : 'off' });
      if (wasOn) await this.#learnCables(node);
    },
    deleteSnapshot: (node, name) => this.#driver.deleteSnapshot(this.#machine(node).label, name),
    snapshots: (node) => this.#driver.snapshots(this.#machine(node).label),
  };

  async killNode(node: string): Promise<void> {
    await this.#driver.cutPower(this.#machine(node).label);
    this.#act(node, { power: 'off' });
  }

  async freezeNode(node: string): Promise<void> {
    await this.#driver.pause(this.#machine(node).label);
    this.#act(node, { power: 'frozen' });
  }

  async thawNode(node: string): Promise<void> {
    await this.#driver.resume(this.#machine(node).label);
    this.#act(node, { power: 'on' });
  }

  cutLink(node: string, network: string): Promise<void> {
    return this.#setCable(node, network, false);
  }

  restoreLink(node: string, network: string): Promise<void> {
    return this.#setCable(node, network, true);
  }

  async #setCable(node: string, network: string, isConnected: boolean): Promise<void> {
    const { label, adapters } = this.#machine(node);
    const adapter = adapters.find((candidate) => candidate.network.name === network);
    if (adapter === undefined)
      throw new RelevoError('UNKNOWN_NETWORK', `The node "${node}" has no cable in a network "${network}".`, { node });
    await this.#driver.setCable(label, placeOf(adapter), isConnected);
    await this.#learnCables(node);
  }

  async #learnCables(node: string): Promise<void> {
    const { label, adapters } = this.#machine(node);
    const cut = await this.#driver.cutCables(label, adapters.map(placeOf));
    const numbers = new Set(cut.map(({ number }) => number));
    this.#change(node, {
      cut: adapters.filter(({ number }) => numbers.has(number)).map(({ network }) => network.name),
    });
  }

  openTransport(node: string): Duplex {
    const place = this.#places.get(node);
    if (place === undefined) {
      throw new RelevoError('NODE_NOT_RUNNING', `Vagrant tells no SSH address of the node "${node}".`, {
        node,
        hint: `Start it: relevo start ${node}.`,
      });
    }
    const socket = connect({ ...place, noDelay: true });
    // Who uses the stream learns of a failure from its end.
    socket.on('error', () => undefined);
    return socket;
  }

  onChange(listener: (status: NodeRuntimeStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onLost(listener: (reason: string) => void): () => void {
    this.#lostListeners.add(listener);
    return () => void this.#lostListeners.delete(listener);
  }

  /** Virtual machines outlive whoever started them from the first moment on. */
  commit(): Promise<void> {
    return Promise.resolve();
  }

  detach(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #act(node: string, change: Partial<View>): void {
    this.#acted.add(node);
    this.#change(node, change);
  }

  #change(node: string, change: Partial<View>): void {
    const before = this.#views.get(node);
    if (before === undefined) return;
    const after = { ...before, ...change };
    if (after.power === 'off' || after.power === 'suspended') after.cut = [];
    this.#views.set(node, after);
    if (before.power === after.power && before.cut.join() === after.cut.join()) return;
    for (const listener of this.#listeners) listener({ node, ...after });
  }

  #machine(name: string): Machine {
    const machine = this.#lab.machines.find(({ node }) => node.name === name);
    if (machine !== undefined) return machine;
    throw new RelevoError('UNKNOWN_NODE', `The lab has no node "${name}".`, { node: name });
  }
}

function placeOf({ number, mac }: Machine['adapters'][number]): AdapterPlace {
  return { number, mac: mac.toLowerCase() };
}

function isOff(power: NodePower | undefined): boolean {
  return power === 'off' || power === 'suspended';
}

/** On its way from one state to another, a machine is what it was. */
function nodePower(power: MachinePower, known: NodePower): NodePower {
  switch (power) {
    case 'on':
      return 'on';
    case 'paused':
      return 'frozen';
    case 'other':
      return known;
    case 'saved':
      return 'suspended';
    case 'off':
    case 'missing':
      return 'off';
  }
}

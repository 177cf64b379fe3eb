import type { DirectorEvent, VrrpState } from '../../director/index.ts';
import type {
  InterfaceStatus,
  LabOptions,
  LabStatus,
  LabSummary,
  NodeState,
  NodeStatus,
  Operation,
  ProviderName,
  RpcEvent,
  VirtualAddressStatus,
} from '../../provisioning/contract/index.ts';
import { RelevoError } from '../../provisioning/contract/index.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { FakeDirector } from './fake-directors.ts';

/** A pretended running lab: it keeps states, moves the virtual addresses when its directors die, and says so. */
export class FakeLab {
  readonly name: string;
  readonly testbed: ResolvedTestbed;
  readonly options: LabOptions;
  readonly provider: ProviderName;
  readonly emit: (event: RpcEvent) => void;
  readonly directors = new Map<string, FakeDirector>();
  readonly #nodes = new Map<string, NodeStatus>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #listeners = new Set<(node: string, event: DirectorEvent) => void>();
  phase: LabSummary['phase'] = 'starting';
  since = Date.now();
  operation: Operation | undefined;
  reattachedAt: number | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor(
    name: string,
    testbed: ResolvedTestbed,
    options: LabOptions,
    emit: (event: RpcEvent) => void,
    provider: ProviderName = 'namespaces',
  ) {
    this.name = name;
    this.testbed = testbed;
    this.options = options;
    this.provider = provider;
    this.emit = emit;
    for (const node of testbed.nodes) this.#nodes.set(node.name, offNode(node));
  }

  summary(): LabSummary {
    const nodes = [...this.#nodes.values()];
    return {
      lab: this.name,
      testbed: this.testbed.id,
      provider: this.provider,
      phase: this.phase,
      since: this.since,
      nodesRunning: nodes.filter(({ state }) => state === 'running').length,
      nodesTotal: nodes.length,
    };
  }

  status(): LabStatus {
    return {
      ...this.summary(),
      options: this.options,
      nodes: [...this.#nodes.values()],
      virtualAddresses: this.virtualAddresses(),
      directors: this.testbed.vrrp.routers.map(({ node }) => {
        const director = this.directors.get(node);
        return director === undefined ? { node } : { node, snapshot: director.snapshot(), at: Date.now() };
      }),
      sharing: this.testbed.differences.namespaces.sharing,
      ...(this.operation ? { operation: this.operation } : {}),
      ...(this.reattachedAt === undefined ? {} : { reattachedAt: this.reattachedAt }),
    };
  }

  virtualAddresses(): VirtualAddressStatus[] {
    return this.testbed.vrrp.instances.flatMap(({ name: instance, network, virtualAddresses }) =>
      virtualAddresses.map((address) => ({ address, network, instance, holders: this.holders(address) })),
    );
  }

  holders(address: string): string[] {
    return [...this.#nodes.values()]
      .filter(({ interfaces }) => interfaces.some(({ addresses }) => addresses.includes(address)))
      .map(({ name }) => name);
  }

  node(name: string): NodeStatus {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new RelevoError('UNKNOWN_NODE', `The lab has no node "${name}".`, { node: name });
    return node;
  }

  onDirectorEvent(listener: (node: string, event: DirectorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everything runs: the directors elect, the numbers begin to move. */
  serve(): void {
    this.phase = 'running';
    this.since = Date.now();
    for (const { node } of this.testbed.vrrp.routers) this.#bootDirector(node);
    this.#ticking = setInterval(() => this.#tick(), 250);
  }

  stop(): void {
    clearInterval(this.#ticking);
    for (const timer of this.#timers) clearTimeout(timer);
  }

  kill(name: string): NodeStatus {
    if (this.node(name).state === 'off') {
      throw new RelevoError('NODE_NOT_RUNNING', `Node "${name}" is already off.`, { lab: this.name, node: name });
    }
    return this.#leave(name, 'off');
  }

  suspend(name: string): NodeStatus {
    if (this.node(name).state !== 'running') {
      throw new RelevoError('NODE_NOT_RUNNING', `Node "${name}" does not run.`, { lab: this.name, node: name });
    }
    return this.#leave(name, 'suspended');
  }

  /** The node no longer answers, and its directors let go of nothing: they are just gone. */
  #leave(name: string, state: 'off' | 'suspended'): NodeStatus {
    const addresses = new Set(this.testbed.nodes.find((node) => node.name === name)?.interfaces.map((i) => i.address));
    this.setNode(name, state, (interfaces) =>
      interfaces.map((one) => ({ ...one, addresses: one.addresses.filter((address) => addresses.has(address)) })),
    );
    if (this.directors.delete(name)) {
      this.emit({ event: 'director-lost', payload: { lab: this.name, node: name } });
      this.#announceAddresses();
      this.#elect();
    } else this.#judgeLater(name, false);
    return this.node(name);
  }

  async start(name: string): Promise<NodeStatus> {
    const thawed = this.node(name).state === 'frozen';
    this.setNode(name, 'starting');
    await this.pause(thawed ? 50 : 700);
    this.setNode(name, 'running');
    if (this.testbed.vrrp.routers.some(({ node }) => node === name)) this.#bootDirector(name);
    else this.#judgeLater(name, true);
    return this.node(name);
  }

  freeze(name: string): NodeStatus {
    if (this.node(name).state !== 'running') {
      throw new RelevoError('NODE_NOT_RUNNING', `Node "${name}" does not run.`, { lab: this.name, node: name });
    }
    this.setNode(name, 'frozen');
    if (this.directors.delete(name)) {
      this.emit({ event: 'director-lost', payload: { lab: this.name, node: name } });
      this.#elect();
    } else this.#judgeLater(name, false);
    return this.node(name);
  }

  cable(name: string, network: string, cable: 'connected' | 'cut'): InterfaceStatus {
    this.setNode(name, this.node(name).state, (interfaces) =>
      interfaces.map((one) => (one.network === network ? { ...one, cable } : one)),
    );
    if (this.directors.has(name)) this.#elect();
    else this.#judgeLater(name, cable === 'connected');
    const found = this.node(name).interfaces.find((one) => one.network === network);
    if (found === undefined) throw new RelevoError('UNKNOWN_NETWORK', `No network "${network}".`, { node: name });
    return found;
  }

  setNode(
    name: string,
    state: NodeState,
    change: (interfaces: InterfaceStatus[]) => InterfaceStatus[] = (interfaces) => interfaces,
  ): void {
    const before = this.node(name);
    const since = before.state === state ? before.since : Date.now();
    const node = { ...before, state, since, interfaces: change(before.interfaces) };
    this.#nodes.set(name, node);
    this.emit({ event: 'node-changed', payload: { lab: this.name, node } });
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#timers.add(setTimeout(resolve, ms)));
  }

  /** 3 × advertisement interval + skew, in ms. */
  masterDownMs(priority: number): number {
    const interval = (this.options.advertInterval ?? this.testbed.vrrp.advertInterval) * 1000;
    return 3 * interval + ((256 - priority) / 256) * (interval < 1000 ? interval : 1000);
  }

  #tick(): void {
    for (const director of this.directors.values()) {
      if (director.tick()) this.#say(director.node, { type: 'table', at: Date.now(), services: director.services() });
    }
  }

  #bootDirector(node: string): void {
    const director = new FakeDirector(node, this.testbed, Date.now());
    this.directors.set(node, director);
    director.state = 'BACKUP';
    this.#say(node, { type: 'snapshot', at: Date.now(), snapshot: director.snapshot() });
    this.#elect();
  }

  /** After the master-down time, the best director takes the addresses; the others let go where they hear it. */
  #elect(): void {
    const best = [...this.directors.values()].sort((left, right) => right.priority - left.priority)[0];
    const isolated = [...this.directors.values()].some(({ node }) =>
      this.node(node).interfaces.some(({ cable }) => cable === 'cut'),
    );
    for (const director of this.directors.values()) {
      if (director === best || isolated) {
        if (director.state === 'MASTER') continue;
        const held = [...this.directors.values()].some(({ state }) => state === 'MASTER');
        const wait = held && !isolated ? 900 : this.masterDownMs(director.priority);
        this.#timers.add(setTimeout(() => this.#become(director, 'MASTER', 'no advertisement heard'), wait));
      } else if (director.state === 'MASTER' && best?.state === 'MASTER') {
        this.#become(director, 'BACKUP', `heard priority ${best.priority}`);
      }
    }
  }

  #become(director: FakeDirector, to: VrrpState, reason: string): void {
    if (this.directors.get(director.node) !== director || director.state === to) return;
    const from = director.state;
    director.state = to;
    director.since = Date.now();
    for (const { name, vrid, network, virtualAddresses } of this.testbed.vrrp.instances) {
      this.#say(director.node, { type: 'vrrp-state', at: Date.now(), instance: name, vrid, from, to, reason });
      const device = director.interfaceOn(network);
      const action = to === 'MASTER' ? 'added' : 'removed';
      this.setNode(director.node, this.node(director.node).state, (interfaces) =>
        interfaces.map((one) => (one.network === network ? withAddresses(one, virtualAddresses, action) : one)),
      );
      for (const address of virtualAddresses) {
        this.#say(director.node, { type: 'address', at: Date.now(), action, address, interface: device });
        if (action === 'added') {
          this.#say(director.node, { type: 'gratuitous-arp', at: Date.now(), address, interface: device });
        }
      }
    }
    this.#announceAddresses();
    if (to === 'MASTER') this.#elect();
  }

  #judgeLater(name: string, up: boolean): void {
    const judge = (): void => {
      const address = this.testbed.nodes.find((node) => node.name === name)?.interfaces[0]?.address ?? '';
      for (const director of this.directors.values()) {
        const at = Date.now();
        for (const check of director.judge(address, up, at)) this.#say(director.node, { type: 'check', at, check });
        this.#say(director.node, { type: 'table', at, services: director.services() });
      }
    };
    this.#timers.add(setTimeout(judge, 1200));
  }

  #announceAddresses(): void {
    const virtualAddresses = this.virtualAddresses();
    this.emit({ event: 'virtual-addresses', payload: { lab: this.name, virtualAddresses } });
  }

  #say(node: string, event: DirectorEvent): void {
    this.emit({ event: 'director', payload: { lab: this.name, node, event } });
    for (const listener of this.#listeners) listener(node, event);
  }
}

function withAddresses(one: InterfaceStatus, virtual: readonly string[], action: 'added' | 'removed'): InterfaceStatus {
  const others = one.addresses.filter((address) => !virtual.includes(address));
  return { ...one, addresses: action === 'added' ? [...others, ...virtual] : others };
}

function offNode(node: ResolvedTestbed['nodes'][number]): NodeStatus {
  return {
    name: node.name,
    role: node.role,
    state: 'off',
    since: Date.now(),
    interfaces: node.interfaces.map(({ name, network, mac, mtu, address }) => ({
      name,
      network,
      mac,
      mtu,
      addresses: [address],
      cable: 'connected',
    })),
  };
}

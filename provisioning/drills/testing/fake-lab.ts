import type { DirectorEvent } from '../../../director/index.ts';
import type { ResolvedTestbed } from '../../../testbeds/resolved.ts';
import { RelevoError } from '../../contract/index.ts';
import type { LabStatus, NodeState, NodeStatus, ProbeSample } from '../../contract/index.ts';
import type { LabHandle } from '../../lab/lab-service.ts';
import type { ProbeConfiguration } from '../../probe/configuration.ts';
import { FakeNode } from './fake-node.ts';
import type { FakeChannel } from './fake-node.ts';
import { fakeTestbed } from './fake-testbed.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What the fake lab does, in ms; tests change what they are about. */
export interface Script {
  advertIntervalMs: number;
  /** From the master's last advertisement to the standby's take-over; undefined: it never takes over. */
  takeoverMs: number | undefined;
  /** From the end of the boot to the moment the master has its addresses back; undefined: never. */
  takeBackMs: number | undefined;
  bootMs: number;
  /** How much longer than the addresses a service is away, by target. */
  extraOutageMs: Record<string, number>;
  /** Times at which requests fail whoever is master. */
  failing: (target: string, at: number) => boolean;
  /** Whether directors tell of advertisements. */
  tellsAdverts: boolean;
  /** The services answer whether the master lives or not. */
  immortal: boolean;
}

const instances = ['VI_1', 'VI_2'];

/** A lab on a virtual clock: a master that advertises, a standby that takes over, a client with a probe. */
export class FakeLab implements LabHandle {
  readonly name = 'fake';
  readonly testbed: ResolvedTestbed = fakeTestbed;
  readonly nodes = new Map(fakeTestbed.nodes.map(({ name }) => [name, new FakeNode(name)]));
  readonly log: string[] = [];
  readonly script: Script = {
    advertIntervalMs: 1000,
    takeoverMs: 3609,
    takeBackMs: 1609,
    bootMs: 100,
    extraOutageMs: {},
    failing: () => false,
    tellsAdverts: true,
    immortal: false,
  };
  lastAdvertAt: number;
  readonly #clock: VirtualClock;
  readonly #listeners = new Set<(node: string, event: DirectorEvent) => void>();
  readonly #states = new Map<string, NodeState>();
  /** Since when somebody holds the virtual addresses. */
  #heldSince: number | undefined = -Infinity;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.lastAdvertAt = clock.now();
    for (const address of this.#virtualAddresses()) this.node('master').addresses.add(address);
    this.node('client').onOpen = (channel) => {
      this.#playProbe(channel);
    };
    this.#advertise();
  }

  node(name: string): FakeNode {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  get listening(): number {
    return this.#listeners.size;
  }

  setState(name: string, state: NodeState): void {
    this.#states.set(name, state);
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  status(): LabStatus {
    const nodes = this.testbed.nodes.map(({ name }) => this.#nodeStatus(name));
    return {
      lab: this.name,
      testbed: this.testbed.id,
      provider: 'namespaces',
      phase: 'running',
      since: 0,
      nodesRunning: nodes.length,
      nodesTotal: nodes.length,
      options: { advertInterval: this.script.advertIntervalMs / 1000 },
      nodes,
      virtualAddresses: [],
      directors: [],
      sharing: { kind: 'sshfs', reason: { en: 'a fake', es: 'de mentira', gl: 'de mentira' } },
    };
  }

  connection(name: string): Promise<FakeNode> {
    return Promise.resolve(this.node(name));
  }

  kill(name: string): Promise<NodeStatus> {
    this.log.push(`kill ${name}`);
    this.setState(name, 'off');
    this.node(name).die();
    this.#heldSince = undefined;
    if (this.script.takeoverMs !== undefined)
      this.#clock.after(this.lastAdvertAt + this.script.takeoverMs - this.#clock.now(), () => {
        this.#takeOver('standby');
      });
    return this.#later(5, name);
  }

  async start(name: string): Promise<NodeStatus> {
    this.log.push(`start ${name}`);
    const status = await this.#later(this.script.bootMs, name);
    this.setState(name, 'running');
    if (this.script.takeBackMs !== undefined)
      this.#clock.after(this.script.takeBackMs, () => {
        this.#takeOver(name);
      });
    return status;
  }

  freeze(): Promise<never> {
    return Promise.reject(new RelevoError('INTERNAL', 'not played'));
  }

  cutLink(): Promise<never> {
    return Promise.reject(new RelevoError('INTERNAL', 'not played'));
  }

  restoreLink(): Promise<never> {
    return Promise.reject(new RelevoError('INTERNAL', 'not played'));
  }

  onDirectorEvent(listener: (node: string, event: DirectorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #virtualAddresses(): string[] {
    return this.testbed.vrrp.instances.flatMap((instance) => instance.virtualAddresses);
  }

  #nodeStatus(name: string): NodeStatus {
    const role = this.testbed.nodes.find((node) => node.name === name)?.role ?? 'client';
    return { name, role, state: this.#states.get(name) ?? 'running', since: 0, interfaces: [] };
  }

  #later(delayMs: number, name: string): Promise<NodeStatus> {
    return new Promise((resolve) => {
      this.#clock.after(delayMs, () => {
        resolve(this.#nodeStatus(name));
      });
    });
  }

  #tell(node: string, event: DirectorEvent): void {
    for (const listener of this.#listeners) listener(node, event);
  }

  #advertise(): void {
    if (this.#nodeStatus('master').state === 'running' && this.node('master').addresses.size > 0) {
      this.lastAdvertAt = this.#clock.now();
      const advert = { type: 'advert', at: this.lastAdvertAt, priority: 150 } as const;
      if (this.script.tellsAdverts)
        for (const instance of instances) {
          this.#tell('master', { ...advert, instance, direction: 'sent', source: '192.168.1.101' });
          this.#tell('standby', { ...advert, instance, direction: 'received', source: '192.168.1.101' });
        }
    }
    this.#clock.after(this.script.advertIntervalMs, () => {
      this.#advertise();
    });
  }

  #takeOver(name: string): void {
    const at = this.#clock.now();
    for (const instance of instances)
      this.#tell(name, { type: 'vrrp-state', at, instance, vrid: 51, from: 'BACKUP', to: 'MASTER', reason: 'timer' });
    for (const other of this.nodes.values())
      for (const address of this.#virtualAddresses())
        if (other.node !== name && other.addresses.has(address)) other.setAddress(at, address, 'removed');
    this.#virtualAddresses().forEach((address, index) => {
      this.node(name).setAddress(at + index, address, 'added');
    });
    this.#heldSince = at;
  }

  #playProbe(channel: FakeChannel): void {
    channel.stdin.once('data', (line: Buffer) => {
      const { targets, rate, timeoutMs } = JSON.parse(line.toString()) as ProbeConfiguration;
      for (const target of targets) this.#ask(channel, target.name, 1000 / rate, timeoutMs);
    });
  }

  #ask(channel: FakeChannel, target: string, periodMs: number, timeoutMs: number): void {
    let sequence = 0;
    const ask = (): void => {
      if (channel.closed) return;
      const sentAt = this.#clock.now();
      const ok = this.#answers(target, sentAt);
      const sample: ProbeSample = { target, sequence: sequence++, sentAt, endedAt: sentAt + (ok ? 5 : timeoutMs), ok };
      this.#clock.after(sample.endedAt - sentAt, () => {
        if (!channel.closed) channel.stdout.write(`${JSON.stringify(sample)}\n`);
      });
      this.#clock.after(periodMs, ask);
    };
    ask();
  }

  #answers(target: string, at: number): boolean {
    if (this.script.failing(target, at)) return false;
    if (this.script.immortal) return true;
    return this.#heldSince !== undefined && at >= this.#heldSince + (this.script.extraOutageMs[target] ?? 0);
  }
}

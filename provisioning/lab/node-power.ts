import { RelevoError } from '../contract/index.ts';
import type { NodeStatus } from '../contract/index.ts';
import type { LabRuntime, MachineControl } from '../providers/provider.ts';
import type { NodeConnection } from '../ssh/connection.ts';
import { powerOffCommand } from './power-off.ts';

/** What switching a node on and off needs of its lab. */
export interface PoweredLab {
  readonly name: string;
  readonly runtime: LabRuntime;
  nodeStatus(node: string): NodeStatus;
  connection(node: string): Promise<NodeConnection>;
  note(level: 'info' | 'warn', message: string): void;
  /** Waits until the node's daemons answer; switches it on before, unless it is on. */
  boot(node: string, isOn: boolean): Promise<void>;
  /** Follows a node that runs, unless it is followed already. */
  resumeFollowing(node: string): void;
  /** Closes what is open to a node: it will not answer in these conversations any more. */
  forget(node: string): void;
}

/** The switches of a lab's nodes: each checks the node's state, acts, and answers with what has become of it. */
export class NodePower {
  readonly #lab: PoweredLab;

  constructor(lab: PoweredLab) {
    this.#lab = lab;
  }

  /** Cuts the power. @throws RelevoError NODE_NOT_RUNNING */
  async kill(node: string): Promise<NodeStatus> {
    const state = this.#state(node);
    if (state === 'off' || state === 'suspended') {
      throw new RelevoError('NODE_NOT_RUNNING', `The node "${node}" is ${state} already.`, {
        node,
        hint: `Start it: relevo start ${node}.`,
      });
    }
    this.#lab.note('warn', `${node}: power cut`);
    await this.#lab.runtime.killNode(node);
    return this.#lab.nodeStatus(node);
  }

  /** Switches a node on, thaws or wakes it, and waits until it answers. @throws RelevoError NODE_ALREADY_RUNNING */
  async start(node: string): Promise<NodeStatus> {
    const state = this.#state(node);
    if (state === 'running' || state === 'starting')
      throw new RelevoError('NODE_ALREADY_RUNNING', `The node "${node}" is already ${state}.`, { node });
    this.#lab.note('info', `${node}: ${state === 'frozen' ? 'thawed' : 'power on'}`);
    if (state === 'frozen') {
      await this.#lab.runtime.thawNode(node);
      this.#lab.resumeFollowing(node);
    } else {
      await this.#lab.boot(node, state === 'failed');
      if (state === 'suspended') await this.setClock(node);
    }
    return this.#lab.nodeStatus(node);
  }

  async freeze(node: string): Promise<NodeStatus> {
    this.#expectRunning(node, 'frozen');
    this.#lab.note('warn', `${node}: frozen`);
    await this.#lab.runtime.freezeNode(node);
    return this.#lab.nodeStatus(node);
  }

  /** Shuts down in good order. A node that is off already stays so. */
  async halt(node: string): Promise<NodeStatus> {
    const state = this.#state(node);
    if (state === 'off' || state === 'suspended') return this.#lab.nodeStatus(node);
    if (state === 'frozen') await this.#lab.runtime.thawNode(node);
    this.#lab.note('info', `${node}: shut down`);
    await this.#lab.runtime.haltNode(node, async () => {
      const connection = await this.#lab.connection(node);
      await connection.execute(powerOffCommand, { timeoutMs: 15_000 });
    });
    return this.#lab.nodeStatus(node);
  }

  /** Memory to disk, and off. @throws RelevoError UNSUPPORTED, NODE_NOT_RUNNING */
  async suspend(node: string): Promise<NodeStatus> {
    const machines = machinesOf(this.#lab, 'suspended');
    this.#expectRunning(node, 'suspended');
    this.#lab.note('info', `${node}: suspended`);
    await machines.suspendNode(node);
    return this.#lab.nodeStatus(node);
  }

  /** A machine that stood still goes on with the time at which it stopped. */
  async setClock(node: string): Promise<void> {
    try {
      const connection = await this.#lab.connection(node);
      await connection.execute(`date -u -s @${(Date.now() / 1000).toFixed(3)}`, { timeoutMs: 15_000 });
    } catch (error) {
      this.#lab.note('warn', `${node}: its clock could not be set: ${String(error)}`);
    }
  }

  #expectRunning(node: string, wanted: string): void {
    const state = this.#state(node);
    if (state === 'running' || state === 'failed') return;
    throw new RelevoError('NODE_NOT_RUNNING', `The node "${node}" is ${state}; only a running node can be ${wanted}.`, {
      node,
    });
  }

  #state(node: string): NodeStatus['state'] {
    return this.#lab.nodeStatus(node).state;
  }
}

/** @throws RelevoError UNSUPPORTED where nodes are not machines */
export function machinesOf({ name, runtime }: Pick<PoweredLab, 'name' | 'runtime'>, what: string): MachineControl {
  if (runtime.machines !== undefined) return runtime.machines;
  throw new RelevoError('UNSUPPORTED', `The nodes of the lab "${name}" cannot be ${what}.`, {
    lab: name,
    cause: 'They are processes of this computer, in namespaces: they have no memory or disk of their own.',
    hint: 'Start the testbed as virtual machines: relevo up TESTBED --provider libvirt (or virtualbox).',
  });
}

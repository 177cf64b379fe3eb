import { join } from 'node:path';
import { createCgroup, cgroupEvent, setFrozen } from '../cgroup.ts';
import type { HolderSpecification } from './specification.ts';
import type { HolderNode } from './protocol.ts';
import { plugNode, setCable, unplugNode } from './network.ts';
import { spawnNode } from './node-process.ts';
import type { NodeProcess } from './node-process.ts';

interface Machine {
  power: HolderNode['power'];
  readonly cut: Set<string>;
  process?: NodeProcess;
  pid?: number;
  holderPid?: number;
  bootStatus?: number;
}

const FREEZE_POLL_MS = 2;
const FREEZE_LIMIT_MS = 2000;

/** All machines of one lab: what is on, what is off, which cables are cut; tells every change. */
export class LabMachines {
  readonly #specification: HolderSpecification;
  readonly #paths: { baseMount: string; ownProc: string };
  readonly #onChange: (node: HolderNode) => void;
  readonly #machines: Map<string, Machine>;

  constructor(
    specification: HolderSpecification,
    paths: { baseMount: string; ownProc: string },
    onChange: (node: HolderNode) => void,
  ) {
    this.#specification = specification;
    this.#paths = paths;
    this.#onChange = onChange;
    this.#machines = new Map(specification.lab.nodes.map(({ name }) => [name, { power: 'off', cut: new Set() }]));
  }

  all(): HolderNode[] {
    return [...this.#machines.keys()].map((name) => this.#describe(name));
  }

  /** Resolves when the boot script has ended. */
  async start(name: string): Promise<void> {
    const machine = this.#machine(name);
    if (machine.power !== 'off') throw new Error(`The node "${name}" is already ${machine.power}.`);
    this.#change(name, { power: 'booting' });
    try {
      await this.#boot(name, machine);
    } catch (error) {
      if (machine.process !== undefined) await this.kill(name);
      this.#change(name, { power: 'off' });
      throw error;
    }
  }

  async #boot(name: string, machine: Machine): Promise<void> {
    const { lab, nodeProgram, nodeLibrary } = this.#specification;
    const cgroup = this.#cgroup(name);
    if (cgroup !== undefined) createCgroup(cgroup);
    const node = lab.nodes.find((candidate) => candidate.name === name);
    if (node === undefined) throw new Error(`The lab has no node "${name}".`);
    const disk = join(lab.directory, 'nodes', name);
    const process = await spawnNode({ name, disk, ...this.#paths, cgroup, nodeProgram, nodeLibrary });
    machine.process = process;
    void process.exited.then(() => this.#ended(name, process));
    const pids = await process.pids;
    Object.assign(machine, { pid: pids.host, holderPid: pids.holder });
    await plugNode(lab, node, pids.holder);
    for (const network of machine.cut) await this.#setCable(name, network, false);
    process.plugged();
    this.#change(name, { power: 'on', bootStatus: await process.booted });
  }

  /** Resolves when every process of the node is dead. */
  async kill(name: string): Promise<void> {
    const { process: running, holderPid } = this.#machine(name);
    if (running === undefined) return;
    if (holderPid === undefined) await running.pids.catch(() => undefined);
    const pid = this.#machine(name).holderPid;
    if (pid !== undefined) killQuietly(pid);
    const node = this.#specification.lab.nodes.find((candidate) => candidate.name === name);
    if (node !== undefined) await unplugNode(node);
    await running.exited;
  }

  async freeze(name: string): Promise<void> {
    await this.#freeze(name, true);
  }

  async thaw(name: string): Promise<void> {
    await this.#freeze(name, false);
  }

  async cut(name: string, network: string): Promise<void> {
    this.#machine(name).cut.add(network);
    if (this.#machine(name).process !== undefined) await this.#setCable(name, network, false);
    this.#change(name, {});
  }

  async restore(name: string, network: string): Promise<void> {
    this.#machine(name).cut.delete(network);
    if (this.#machine(name).process !== undefined) await this.#setCable(name, network, true);
    this.#change(name, {});
  }

  async #freeze(name: string, frozen: boolean): Promise<void> {
    const cgroup = this.#cgroup(name);
    if (cgroup === undefined) throw new Error('This machine has no cgroup v2, so nodes cannot be frozen.');
    if (this.#machine(name).process === undefined) throw new Error(`The node "${name}" is off.`);
    setFrozen(cgroup, frozen);
    const end = Date.now() + FREEZE_LIMIT_MS;
    while (cgroupEvent(cgroup, 'frozen') !== frozen) {
      if (Date.now() > end) throw new Error(`The node "${name}" could not be ${frozen ? 'frozen' : 'thawed'} in time.`);
      await new Promise((resolve) => setTimeout(resolve, FREEZE_POLL_MS));
    }
    this.#change(name, { power: frozen ? 'frozen' : 'on' });
  }

  async #setCable(name: string, network: string, connected: boolean): Promise<void> {
    const node = this.#specification.lab.nodes.find((candidate) => candidate.name === name);
    const cable = node?.interfaces.find((candidate) => candidate.network === network);
    if (cable === undefined) throw new Error(`The node "${name}" has no cable in the network "${network}".`);
    await setCable(cable, connected);
  }

  #ended(name: string, process: NodeProcess): void {
    const machine = this.#machine(name);
    if (machine.process !== process) return;
    const cgroup = this.#cgroup(name);
    // A frozen node that was killed leaves its group frozen; the next start must not be born frozen.
    if (cgroup !== undefined) setFrozen(cgroup, false);
    delete machine.process;
    delete machine.pid;
    delete machine.holderPid;
    delete machine.bootStatus;
    this.#change(name, { power: 'off' });
  }

  #change(name: string, change: Pick<Partial<Machine>, 'power' | 'bootStatus'>): void {
    Object.assign(this.#machine(name), change);
    this.#onChange(this.#describe(name));
  }

  #describe(name: string): HolderNode {
    const { power, cut, pid, bootStatus } = this.#machine(name);
    return {
      node: name,
      power,
      cut: [...cut],
      ...(pid === undefined ? {} : { pid }),
      ...(bootStatus === undefined ? {} : { bootStatus }),
    };
  }

  #cgroup(name: string): string | undefined {
    const { cgroup } = this.#specification;
    return cgroup === undefined ? undefined : join(cgroup, name);
  }

  #machine(name: string): Machine {
    const machine = this.#machines.get(name);
    if (machine === undefined) throw new Error(`The lab has no node "${name}".`);
    return machine;
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It died by itself just now.
  }
}

import type { SshPlace } from '../ssh-config.ts';

/** `missing`: the hypervisor knows no such machine. `other`: it is on its way from one state to another. */
export type MachinePower = 'on' | 'off' | 'paused' | 'saved' | 'missing' | 'other';

/** An adapter of a machine, by the two ways in which hypervisors name them. */
export interface AdapterPlace {
  /** From 1; the lab's begin at 2. */
  readonly number: number;
  /** With colons, in lower case. */
  readonly mac: string;
}

/**
 * What Vagrant has no word for, or takes seconds to say: asked of the hypervisor itself. Machines are named by their label,
 * LAB-NODE. Every method rejects with a RelevoError that names the command.
 */
export interface MachineDriver {
  /** For the machines asked about, as few commands as the hypervisor allows. */
  powers(labels: readonly string[]): Promise<Map<string, MachinePower>>;
  /** As if the cable were pulled from the wall. */
  cutPower(label: string): Promise<void>;
  /** Writes its memory to disk and ends it. */
  suspend(label: string): Promise<void>;
  /** Goes on from where `suspend` ended it. */
  wake(label: string): Promise<void>;
  pause(label: string): Promise<void>;
  resume(label: string): Promise<void>;
  setCable(label: string, adapter: AdapterPlace, isConnected: boolean): Promise<void>;
  /** Of these adapters, those whose cable is cut. */
  cutCables(label: string, adapters: readonly AdapterPlace[]): Promise<AdapterPlace[]>;
  /** Where its SSH server is; undefined without a way to it. Left out where only Vagrant can tell. */
  readonly sshPlace?: (label: string) => Promise<SshPlace | undefined>;
  /** The disk, and of a paused machine the memory, as they are. */
  takeSnapshot(label: string, name: string): Promise<void>;
  /** @param wasOn whether the snapshot has a memory: then the machine is paused afterwards, otherwise off */
  restoreSnapshot(label: string, name: string, wasOn: boolean): Promise<void>;
  deleteSnapshot(label: string, name: string): Promise<void>;
  snapshots(label: string): Promise<string[]>;
}

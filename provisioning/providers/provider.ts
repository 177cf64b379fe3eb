import type { Duplex } from 'node:stream';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import type { LabOptions, ProviderName } from '../contract/index.ts';
import type { LabSpecification } from './specification.ts';

export interface Availability {
  readonly available: boolean;
  /** Why it is available or not, in one sentence. */
  readonly reason: string;
  readonly hint?: string;
}

export interface PrepareProgress {
  readonly message: string;
  /** 0 to 1 where it is known. */
  readonly fraction?: number;
}

export interface Preparation {
  /** Whether there was something to do: false when a cached base was found. */
  readonly built: boolean;
  /** What was found or made, in words. */
  readonly what: string;
  /** With what `create` needs to find it again. */
  readonly specification: LabSpecification;
}

/** `suspended`: off, with its memory on disk. */
export type NodePower = 'off' | 'booting' | 'on' | 'frozen' | 'suspended';

export interface NodeRuntimeStatus {
  readonly node: string;
  readonly power: NodePower;
  /** Networks whose cable is cut. */
  readonly cut: readonly string[];
  /** Exit status of the boot script, once it ended. */
  readonly bootStatus?: number | undefined;
}

/** What lets the engine in, and shows it that it has reached its own lab. */
export interface LabAccess {
  /** OpenSSH text. */
  readonly hostPrivateKey: string;
  readonly authorizedKey: string;
}

export interface StartOptions {
  readonly onProgress?: (message: string) => void;
  /** Gives a start up as soon as nothing half-made would be left. */
  readonly signal?: AbortSignal;
}

/** A lab's machines, while they exist. Every method rejects with a RelevoError. */
export interface LabRuntime {
  readonly nodes: () => readonly NodeRuntimeStatus[];
  /** Resolves when the node's own boot script has ended, or a machine answers over SSH; makes a machine that is not there yet. */
  startNode(node: string, options?: StartOptions): Promise<void>;
  /** Learns what happened behind our back, where nobody tells it. */
  refresh?(): Promise<void>;
  /** Ends the node in good order: `ask` asks it, and what does not listen is ended. */
  haltNode(node: string, ask: () => Promise<void>): Promise<void>;
  killNode(node: string): Promise<void>;
  freezeNode(node: string): Promise<void>;
  thawNode(node: string): Promise<void>;
  cutLink(node: string, network: string): Promise<void>;
  restoreLink(node: string, network: string): Promise<void>;
  /** What only machines with a memory and a disk of their own can do. */
  readonly machines?: MachineControl;
  /** A byte stream to an SSH server on the node. */
  openTransport(node: string): Duplex;
  onChange(listener: (status: NodeRuntimeStatus) => void): () => void;
  /** Called once, when the machines are gone although nobody asked for it. */
  onLost(listener: (reason: string) => void): () => void;
  /** Until now the lab ends with this engine; from now on it outlives it. */
  commit(): Promise<void>;
  /** Lets go of the lab without ending it. */
  detach(): void;
}

/** Memory and disks of single machines. Whoever wants them all at one moment freezes them first. */
export interface MachineControl {
  /** Writes the memory to disk and ends the machine; `startNode` goes on there. */
  suspendNode(node: string): Promise<void>;
  takeSnapshot(node: string, name: string): Promise<void>;
  /** @param wasOn whether it has a memory to go on with: then the machine is frozen afterwards, otherwise off */
  restoreSnapshot(node: string, name: string, wasOn: boolean): Promise<void>;
  deleteSnapshot(node: string, name: string): Promise<void>;
  snapshots(node: string): Promise<string[]>;
}

export interface SpecificationRequest {
  readonly lab: string;
  readonly id: string;
  readonly directory: string;
  /** As `adapt` gave it. */
  readonly testbed: ResolvedTestbed;
  readonly options: LabOptions;
}

/** A kind of machines. */
export interface Provider {
  readonly name: ProviderName;
  availability(): Availability;
  /** The testbed as its nodes have it. */
  adapt(testbed: ResolvedTestbed, options: LabOptions): ResolvedTestbed;
  /** @throws RelevoError INVALID_INPUT for what cannot be made */
  specify(request: SpecificationRequest): LabSpecification;
  /** Makes what all labs with these packages share; answers at once when it is there. */
  prepare(
    specification: LabSpecification,
    packages: readonly string[],
    onProgress: (progress: PrepareProgress) => void,
    signal: AbortSignal,
  ): Promise<Preparation>;
  create(specification: LabSpecification, access: LabAccess): Promise<LabRuntime>;
  /** Undefined when the lab's machines no longer exist. */
  attach(specification: LabSpecification): Promise<LabRuntime | undefined>;
  /** Removes whatever is left of the lab's machines, running or half-made, from what was saved about it. */
  destroy(specification: LabSpecification): Promise<void>;
  /** Removes half-made bases that their maker left behind. */
  tidy(): Promise<void>;
}

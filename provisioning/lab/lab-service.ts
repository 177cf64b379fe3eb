import type {
  DrillEvent,
  DrillReport,
  Finding,
  InterfaceStatus,
  LabOptions,
  LabStatus,
  LabSummary,
  LogEntry,
  MethodArguments,
  MethodOutput,
  NodeStatus,
  Plan,
  ProbeSample,
  ProviderName,
  RpcEvent,
  TestbedSummary,
} from '../contract/index.ts';
import type { DirectorEvent } from '../../director/index.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import type { LabOperations } from './operations.ts';
import type { NodeConnection } from '../ssh/connection.ts';

/** A running lab, as drills and checks see it. */
export interface LabHandle {
  readonly name: string;
  readonly testbed: ResolvedTestbed;
  status(): LabStatus;
  /** Learns what nobody has told us: with machines, somebody may have used Vagrant by hand. */
  refresh(): Promise<void>;
  /** The lab keeps one connection a node open; it reconnects after the node's restart. Do not close it. */
  connection(node: string): Promise<NodeConnection>;
  /** Resolves when the node's processes are dead. */
  kill(node: string): Promise<NodeStatus>;
  /** Resolves when the node has booted and answers. */
  start(node: string): Promise<NodeStatus>;
  freeze(node: string): Promise<NodeStatus>;
  cutLink(node: string, network: string): Promise<InterfaceStatus>;
  restoreLink(node: string, network: string): Promise<InterfaceStatus>;
  /** What the directors say; returns the way to stop listening. */
  onDirectorEvent(listener: (node: string, event: DirectorEvent) => void): () => void;
}

/** What a drill tells while it runs; the service turns it into RPC events. */
export interface DrillListener {
  event(event: DrillEvent): void;
  samples(samples: ProbeSample[]): void;
}

/** Runs one drill on one lab; `signal` stops it, and it heals what it broke all the same. */
export type DrillRunner = (request: {
  readonly lab: LabHandle;
  readonly drill: string;
  readonly id: string;
  readonly options: DrillReport['options'];
  readonly listener: DrillListener;
  readonly signal: AbortSignal;
}) => Promise<DrillReport>;

export interface UpRequest {
  readonly testbed: string;
  readonly lab?: string | undefined;
  readonly provider?: ProviderName | undefined;
  readonly options?: LabOptions | undefined;
}

/** Everything the RPC server offers about labs. Every method rejects with a `RelevoError`. */
export interface LabService {
  info(): MethodOutput<'engine.info'>['providers'];
  listTestbeds(): Promise<TestbedSummary[]>;
  showTestbed(testbed: string): Promise<ResolvedTestbed>;
  plan(request: UpRequest): Promise<Plan>;
  /** What stands in the way of starting it. */
  preflight(request: UpRequest): Promise<Finding[]>;
  up(request: UpRequest): Promise<LabStatus>;
  down(lab: string): Promise<void>;
  list(): LabSummary[];
  /** What can be done to a lab that is up. */
  readonly operations: Pick<LabOperations, keyof LabOperations>;
  /** The lab by name, or UNKNOWN_LAB. */
  lab(name: string): LabHandle;
  /** The same, unless something is done to its machines as a whole; then LAB_BUSY. */
  idleLab(name: string): LabHandle;
  log(request: MethodArguments<'lab.log'>): LogEntry[];
  cancel(operation: string): void;
  drillReports(lab: string): Promise<MethodOutput<'drill.reports'>>;
  drillReport(lab: string, id: string): Promise<DrillReport>;
  /** Every event of every lab; the server sends each client what it subscribed to. */
  onEvent(listener: (event: RpcEvent) => void): () => void;
  /** Lets go of the labs without ending them: their holders live on. */
  close(): Promise<void>;
}

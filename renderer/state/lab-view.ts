import type {
  EventPayload,
  LabOptions,
  LabSummary,
  NodeStatus,
  Operation,
  RpcError,
  Sharing,
  StepProgress,
  VirtualAddressStatus,
} from '../../provisioning/contract/index.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import type { DirectorView } from './director-view.ts';
import { directorFromStatus } from './director-view.ts';
import type { LiveDrill } from './drill-view.ts';
import { share } from './share.ts';
import type { TimelineEntry } from './timeline.ts';

/** An operation that has ended while this window was looking. */
export interface EndedOperation {
  readonly operation: Operation;
  /** Absent: it did what it should. */
  readonly error: RpcError | undefined;
  /** Milliseconds since the epoch, by this window's clock. */
  readonly at: number;
}

export interface Loss {
  readonly from: string;
  readonly at: number;
}

/** Everything that the window knows of one lab: the engine's snapshot, kept current by its events. */
export interface LabView {
  readonly lab: string;
  readonly testbed: ResolvedTestbed;
  readonly summary: LabSummary;
  readonly options: LabOptions;
  readonly reattachedAt?: number;
  readonly sharing: Sharing;
  readonly operation: Operation | undefined;
  /** The last one that ended, until the next begins. Starts and drills have their own screens and are not kept here. */
  readonly ended: EndedOperation | undefined;
  readonly error: RpcError | undefined;
  /** The engine said that this lab is gone. */
  readonly removed: boolean;
  readonly nodeNames: readonly string[];
  readonly nodes: Readonly<Record<string, NodeStatus>>;
  readonly virtualAddresses: readonly VirtualAddressStatus[];
  /** Virtual address → the node that held it last, so that a handover can be told when nobody holds it. */
  readonly lastHolders: Readonly<Record<string, string>>;
  /** Virtual address → whose death took it away, and when; until another node has it. */
  readonly losses: Readonly<Record<string, Loss>>;
  readonly directors: Readonly<Record<string, DirectorView>>;
  readonly timeline: readonly TimelineEntry[];
  readonly drill?: LiveDrill;
}

/** Turns a snapshot into a view. What only this window knows (timeline, drill) is kept from `previous`. */
export function labFromSnapshot(previous: LabView | undefined, payload: EventPayload<'lab-snapshot'>): LabView {
  const { lab, status, testbed } = payload;
  const { options, nodes, virtualAddresses, directors, sharing, operation, reattachedAt, ...summary } = status;
  return share(previous, {
    lab,
    testbed,
    summary,
    options,
    sharing,
    removed: false,
    nodeNames: nodes.map(({ name }) => name),
    nodes: Object.fromEntries(nodes.map((node) => [node.name, node])),
    virtualAddresses,
    losses: previous?.losses ?? {},
    lastHolders: rememberHolders(previous?.lastHolders ?? {}, virtualAddresses),
    directors: Object.fromEntries(
      directors.map((director) => [director.node, directorFromStatus(previous?.directors[director.node], director)]),
    ),
    timeline: previous?.timeline ?? [],
    operation,
    ended: previous?.ended,
    error: previous?.error,
    ...(reattachedAt === undefined ? {} : { reattachedAt }),
    ...(previous?.drill ? { drill: previous.drill } : {}),
  });
}

export function rememberHolders(
  before: Readonly<Record<string, string>>,
  addresses: readonly VirtualAddressStatus[],
): Readonly<Record<string, string>> {
  const now = addresses.flatMap(({ address, holders }) => (holders[0] === undefined ? [] : [[address, holders[0]]]));
  return { ...before, ...(Object.fromEntries(now) as Record<string, string>) };
}

/** The steps after some of them changed; a step is known by its id and, where one step has many, its node. */
export function mergeSteps(steps: readonly StepProgress[], changes: readonly StepProgress[]): StepProgress[] {
  const changed = new Map(changes.map((step) => [`${step.step} ${step.node ?? ''}`, step]));
  const merged = steps.map((step) => {
    const key = `${step.step} ${step.node ?? ''}`;
    const change = changed.get(key);
    changed.delete(key);
    return change ?? step;
  });
  return [...merged, ...changed.values()];
}

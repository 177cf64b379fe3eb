import type { Explanation, FlowQuestion } from '../../api/explain.ts';
import type { ConnectionSnapshot, TableSnapshot } from '../../api/snapshot.ts';
import type { TableCommand, TableResult } from '../../api/table.ts';
import type { MarkRule } from '../../engine/marks.ts';
import type { LogLevel } from '../log.ts';

/** What the packet thread is started with. */
export interface PlaneThreadData {
  readonly interfaces: readonly string[];
  /** Established connections are forwarded by eBPF programs, where the kernel can. */
  readonly isAccelerated: boolean;
  /** An eventfd: the thread sleeps in poll and cannot hear messages, writing to this makes it look. */
  readonly wakeDescriptor: number;
}

/** Questions carry a number that comes back with the answer. */
export type PlaneRequest =
  | { readonly type: 'execute'; readonly request: number; readonly commands: readonly TableCommand[] }
  /** More interfaces to work on, beside those of the start. */
  | { readonly type: 'interfaces'; readonly names: readonly string[] }
  | { readonly type: 'local-addresses'; readonly addresses: readonly string[] }
  | { readonly type: 'marks'; readonly rules: readonly MarkRule[] }
  | { readonly type: 'connections'; readonly request: number }
  /** How many connections other directors have told. */
  | { readonly type: 'learned'; readonly request: number }
  | { readonly type: 'explain'; readonly request: number; readonly question: FlowQuestion }
  | { readonly type: 'stop' };

export type PlaneAnswer =
  | { readonly type: 'results'; readonly results: readonly TableResult[]; readonly table: TableSnapshot }
  | { readonly type: 'connections'; readonly connections: ConnectionSnapshot[] }
  | { readonly type: 'learned'; readonly connections: number }
  | { readonly type: 'explanation'; readonly explanation: Explanation };

export type PlaneNews =
  | { readonly type: 'ready'; readonly table: TableSnapshot }
  | { readonly type: 'figures'; readonly table: TableSnapshot; readonly drops: Readonly<Record<string, number>> }
  | { readonly type: 'answer'; readonly request: number; readonly answer: PlaneAnswer }
  /** The interfaces that exist now, of those that the plane works on. */
  | { readonly type: 'interfaces'; readonly names: readonly string[] }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string }
  | { readonly type: 'stopped' };

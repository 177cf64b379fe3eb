import type { VrrpState } from '../../api/snapshot.ts';
import type { DirectorEvent } from '../../api/event.ts';
import type { LatenessSummary } from '../../engine/lateness.ts';
import type {
  Command,
  VirtualAddress,
  VrrpConfiguration,
  VrrpInstanceConfiguration,
} from '../../engine/vrrp/configuration.ts';
import type { ScriptResult } from '../../engine/vrrp/script.ts';

/** What the VRRP thread is started with. */
export interface VrrpThreadData {
  readonly configuration: VrrpConfiguration;
  /** An eventfd: writing to it makes the thread look at its messages. */
  readonly wakeFd: number;
}

export type VrrpCommand =
  | { readonly type: 'reconfigure'; readonly configuration: VrrpConfiguration }
  | { readonly type: 'script-result'; readonly name: string; readonly result: ScriptResult }
  | { readonly type: 'file-value'; readonly name: string; readonly value: number }
  | { readonly type: 'yield'; readonly yielding: boolean }
  | { readonly type: 'stop' };

export interface VrrpInstanceStatus {
  readonly configuration: VrrpInstanceConfiguration;
  readonly state: VrrpState;
  /** With the weights of what is tracked. */
  readonly priority: number;
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
  readonly masterAddress?: string;
}

export interface VrrpStatus {
  readonly instances: readonly VrrpInstanceStatus[];
  /** Packets refused, by reason. */
  readonly receiveProblems: Readonly<Record<string, number>>;
  readonly scheduling: Scheduling;
  readonly lateness: LatenessSummary;
}

/** The class in which the kernel schedules the thread, and why not a better one. */
export interface Scheduling {
  readonly policy: 'fifo' | 'other';
  readonly reason: string;
}

export type VrrpMessage =
  | { readonly type: 'event'; readonly event: DirectorEvent }
  /** The addresses of the instances that are master now; sent before they are added, so that the plane is ready. */
  | { readonly type: 'held'; readonly addresses: readonly VirtualAddress[] }
  /** Programs to run: see the engine's action of that name. */
  | {
      readonly type: 'notify';
      readonly subject: string;
      readonly commands: readonly Command[];
      readonly line: string;
      readonly last: boolean;
    }
  /** A `reconfigure` has been carried out: what it removes has left. */
  | { readonly type: 'reconfigured' }
  | { readonly type: 'status'; readonly status: VrrpStatus }
  | { readonly type: 'stopped' };

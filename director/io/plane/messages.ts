import type { VirtualServiceSnapshot } from '../../api/snapshot.ts';
import type { ConnectionSnapshot, ServiceDefinition } from '../../engine/ipvs/plane.ts';
import type { LogLevel } from '../log.ts';
import type { Endpoint } from './answering-servers.ts';

/** What the packet thread is started with. */
export interface PlaneThreadData {
  readonly interfaces: readonly string[];
  /** An eventfd: the thread sleeps in poll and cannot hear messages, writing to this makes it look. */
  readonly wakeDescriptor: number;
}

export type PlaneRequest =
  | {
      readonly type: 'services';
      readonly services: readonly ServiceDefinition[];
      /** Whose answers may belong to entries. */
      readonly servers: readonly Endpoint[];
    }
  /** More interfaces to work on, beside those of the start. */
  | { readonly type: 'interfaces'; readonly names: readonly string[] }
  | { readonly type: 'local-addresses'; readonly addresses: readonly string[] }
  | { readonly type: 'connections'; readonly request: number }
  | { readonly type: 'stop' };

export type PlaneNews =
  | { readonly type: 'ready' }
  | { readonly type: 'figures'; readonly services: VirtualServiceSnapshot[] }
  /** The interfaces that exist now, of those that the plane works on. */
  | { readonly type: 'interfaces'; readonly names: readonly string[] }
  | { readonly type: 'connections'; readonly request: number; readonly connections: ConnectionSnapshot[] }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string }
  | { readonly type: 'stopped' };

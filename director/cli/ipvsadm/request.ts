import type { ServiceKey, TableCommand } from '../../api/table.ts';

export interface ListingFormat {
  readonly numeric: boolean;
  readonly stats: boolean;
  readonly rate: boolean;
  readonly thresholds: boolean;
  readonly persistentConnections: boolean;
  /** As the table has them, in place of sorted. */
  readonly unsorted: boolean;
  readonly exact: boolean;
  readonly tunnels: boolean;
}

/** SCTP is read everywhere, but no plane of ours has it. */
export type NamedService = ServiceKey | 'sctp';

/** What a command line asks for. */
export type IpvsadmRequest =
  | { readonly type: 'list'; readonly format: ListingFormat; readonly service?: NamedService }
  | { readonly type: 'list-connections'; readonly format: ListingFormat }
  | { readonly type: 'list-timeouts' }
  | { readonly type: 'list-daemons' }
  | { readonly type: 'save'; readonly format: ListingFormat }
  | { readonly type: 'restore' }
  | { readonly type: 'execute'; readonly command: TableCommand }
  /** A persistence engine for a service that is not persistent: the table cannot hold it. */
  | { readonly type: 'idle-engine'; readonly command: TableCommand & { type: 'add-service' | 'edit-service' } }
  /** A change of an SCTP service. */
  | { readonly type: 'sctp'; readonly command: TableCommand['type'] };

export const plainFormat: ListingFormat = {
  numeric: false,
  stats: false,
  rate: false,
  thresholds: false,
  persistentConnections: false,
  unsorted: false,
  exact: false,
  tunnels: false,
};

import type { TableCommand } from '../../../director/api/table.ts';
import type { Port } from '../guest/network.ts';

/** What left the director: where to, and the IP datagram. */
export interface Output {
  readonly port: Port;
  /** The neighbour: a real server's or a gateway's MAC address. */
  readonly to: string;
  readonly datagram: Buffer;
}

/** What /proc shows of one scenario: its services, and its connections sorted. */
export interface ProcListings {
  readonly services: string;
  readonly connections: string;
}

/** What `ipvsadm` shows. */
export interface FullListings {
  readonly list: string;
  readonly stats: string;
  readonly thresholds: string;
  readonly persistent: string;
  readonly saved: string;
  readonly connections: string;
}

/**
 * What was done to a director and what it did; `at` in milliseconds since the first of its batch began, and `until` when the last
 * of the listings had come.
 */
export type Recorded =
  | { readonly type: 'commands'; readonly at: number; readonly commands: readonly TableCommand[] }
  | {
      readonly type: 'packet';
      readonly at: number;
      readonly port: Port;
      readonly mark: number;
      readonly datagram: Buffer;
      readonly outputs: readonly Output[];
      /** For a person. */
      readonly what: string;
    }
  | { readonly type: 'look'; readonly at: number; readonly until: number; readonly listings: ProcListings }
  | { readonly type: 'look-full'; readonly at: number; readonly until: number; readonly listings: FullListings };

import type { ForwardingMethod } from '../../api/snapshot.ts';

/** A TCP_CHECK of keepalived.conf(5): a server is well when a connection can be opened. Times in milliseconds. */
export interface TcpCheckConfiguration {
  readonly kind: 'TCP_CHECK';
  /** Where to connect; the real server's own address and port unless the file says otherwise. */
  readonly address: string;
  readonly port: number;
  readonly bindAddress?: string;
  readonly connectTimeoutMs: number;
  /** Further attempts after a failure before the server counts as down. */
  readonly retries: number;
  readonly delayBeforeRetryMs: number;
  /** delay_loop: from the end of one attempt to the start of the next. */
  readonly intervalMs: number;
  /** The first attempt comes after a random part of this. */
  readonly warmupMs: number;
}

export interface RealServerConfiguration {
  readonly address: string;
  readonly port: number;
  readonly forwarding: ForwardingMethod;
  readonly weight: number;
  /** A failed server stays in the table with weight 0 instead of leaving it. */
  readonly inhibitOnFailure: boolean;
  /** keepalived's `alpha`: down until the first success. */
  readonly startsDown: boolean;
  /** All must pass. */
  readonly checks: readonly TcpCheckConfiguration[];
}

export interface VirtualServerConfiguration {
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
  readonly scheduler: string;
  readonly realServers: readonly RealServerConfiguration[];
}

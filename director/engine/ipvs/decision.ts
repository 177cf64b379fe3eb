import type { Family } from '../address.ts';

/** Where a packet goes next, as far as the engine must know; the shell's own hops carry MAC address and socket. */
export interface Hop {
  /** Largest IP datagram, in bytes. */
  readonly mtu: number;
  /** This host's own stack. */
  readonly isLocal: boolean;
  /** The address that this host would send from, four words. */
  readonly source: Uint32Array;
}

export interface Paths<H extends Hop> {
  /**
   * The way to the address in `words` from `at` on, undefined when there is none. `source`: the address that the packet will
   * have, in the same form; undefined when the kernel would choose it.
   */
  find(family: Family, words: Uint32Array, at: number, source?: Uint32Array, sourceAt?: number): H | undefined;
  /** The way into this host's own stack, for a packet that the rules keep from it. */
  readonly local: H;
  /** True when packets with this mark to the address in `words` from `at` on are routed to this host. */
  isLocal(family: Family, words: Uint32Array, at: number, mark: number): boolean;
}

export type DropReason =
  | 'server-removed'
  | 'table-full'
  | 'no-server'
  | 'no-route'
  | 'time-to-live'
  | 'too-big'
  | 'bad-checksum'
  | 'not-first-segment'
  | 'refused-by-defence'
  | 'local-server'
  | 'tunnel-unsupported'
  | 'tunnel-error'
  | 'ftp'
  | 'held';

/**
 * What to do with a packet:
 * - `pass`: it is none of ours, the kernel's own copy goes its way;
 * - `drop`: it is ours and ends here, `answer` goes to its sender (an IP datagram: ICMP error or TCP reset);
 * - `forward`: it was rewritten in place and leaves by `hop`; longer than the hop's MTU, it must be cut into fragments.
 *   `isRepeated`: the server has not answered the same before, so that it may have moved. `entry`: the connection that it was
 *   decided by, -1 when there is more to it than that; `isAnswer`: it goes to the client.
 */
export type Decision<H extends Hop> =
  | { readonly type: 'pass' }
  | { readonly type: 'drop'; readonly reason: DropReason; readonly answer: Uint8Array | undefined }
  | Forward<H>;

export interface Forward<H extends Hop> {
  readonly type: 'forward';
  readonly hop: H;
  readonly isRepeated: boolean;
  readonly entry: number;
  readonly isAnswer: boolean;
}

/** Where a packet goes next, as far as the engine must know; the shell's own hops carry MAC address and socket. */
export interface Hop {
  /** Largest IPv4 datagram, in bytes. */
  readonly mtu: number;
}

export interface Paths<H extends Hop> {
  /** The way to `destination`, undefined when there is none. `source` is 0 when the kernel would choose it. */
  find(destination: number, source: number): H | undefined;
}

export type DropReason =
  | 'server-removed'
  | 'table-full'
  | 'no-server'
  | 'no-route'
  | 'time-to-live'
  | 'too-big'
  | 'bad-checksum'
  | 'not-first-segment';

/**
 * What to do with a packet:
 * - `pass`: it is none of ours, the kernel's own copy goes its way;
 * - `drop`: it is ours and ends here, `answer` goes to its sender (an IPv4 datagram: ICMP error or TCP reset);
 * - `forward`: it was rewritten in place and leaves by `hop`; longer than the hop's MTU, it must be cut into fragments.
 *   `isRepeated`: the server has not answered the same before, so that it may have moved.
 */
export type Decision<H extends Hop> =
  | { readonly type: 'pass' }
  | { readonly type: 'drop'; readonly reason: DropReason; readonly answer: Uint8Array | undefined }
  | { readonly type: 'forward'; readonly hop: H; readonly isRepeated: boolean };

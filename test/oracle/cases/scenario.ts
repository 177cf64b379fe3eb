import type { TableCommand } from '../../../director/api/table.ts';

/** One packet of a conversation; flags only for TCP. */
export interface ConversationPacket {
  readonly from: 'client' | 'server';
  readonly flags: number;
  readonly payload: Uint8Array;
  readonly timeToLive: number;
  readonly serviceType: number;
  readonly identification: number;
  readonly doNotFragment: boolean;
  /** In place of all that: an ICMP error about the last packet that came to this side. */
  readonly icmp?: IcmpAnswer;
}

export interface IcmpAnswer {
  readonly type: number;
  readonly code: number;
  /** What stands in the second word of its header: 0, or an MTU. */
  readonly word: number;
  /** Quotes only the IP header and eight bytes. */
  readonly isShort: boolean;
}

/** A client and whichever server it gets. A server that does not answer through the director says nothing. */
export interface Conversation {
  readonly protocol: 'TCP' | 'UDP';
  readonly client: string;
  readonly clientPort: number;
  readonly virtual: string;
  readonly virtualPort: number;
  /** Firewall mark, 0 = none. */
  readonly mark: number;
  readonly packets: readonly ConversationPacket[];
}

export interface ServerEnd {
  readonly address: string;
  readonly port: number;
}

export type Step =
  | { readonly type: 'commands'; readonly commands: readonly TableCommand[] }
  | { readonly type: 'conversation'; readonly conversation: Conversation }
  /** A server speaks about a flow that nobody began. */
  | { readonly type: 'stray'; readonly conversation: Conversation; readonly server: ServerEnd }
  /** Looks into /proc. */
  | { readonly type: 'look' }
  /** Waits until the kernel's counters are those of now. */
  | { readonly type: 'let-count' };

export interface Scenario {
  readonly name: string;
  readonly seed: number;
  /** Addresses and marks of its own: what other scenarios left behind is not its. */
  readonly virtuals: readonly string[];
  readonly marks: readonly number[];
  readonly steps: readonly Step[];
  /** Listings that differ for a reason that docs/director/differences.md has. */
  readonly uncompared?: readonly string[];
}

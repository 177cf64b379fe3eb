import type { VrrpState } from '../../api/snapshot.ts';
import type { Command, VirtualAddress } from './configuration.ts';

/** What the shell does for the engine, in the order given. */
export type VrrpAction =
  | {
      readonly type: 'send-advert';
      readonly instance: string;
      readonly interface: string;
      readonly priority: number;
      readonly source: string;
      /** The multicast group, or one of the unicast peers. */
      readonly destination: string;
      /** TTL or hop limit. */
      readonly ttl: number;
      /** The bytes after the IP header. */
      readonly payload: Uint8Array;
    }
  | { readonly type: 'remove-addresses'; readonly instance: string; readonly addresses: readonly VirtualAddress[] }
  | {
      readonly type: 'state';
      readonly instance: string;
      readonly vrid: number;
      readonly from: VrrpState;
      readonly to: VrrpState;
      readonly reason: string;
    }
  | { readonly type: 'add-addresses'; readonly instance: string; readonly addresses: readonly VirtualAddress[] }
  | {
      /** For IPv6 addresses: unsolicited neighbour advertisements. */
      readonly type: 'gratuitous-arp';
      readonly instance: string;
      readonly addresses: readonly VirtualAddress[];
      /** How many for each address, back to back. */
      readonly repeat: number;
    }
  | {
      /** A weaker master was heard while this instance is master: two machines have answered for the addresses. */
      readonly type: 'second-master';
      readonly instance: string;
      readonly address: string;
      readonly priority: number;
      readonly ownPriority: number;
    }
  | {
      /** A tracked script has changed its verdict. */
      readonly type: 'script';
      readonly name: string;
      readonly up: boolean;
      readonly reason: string;
    }
  | {
      /** An interface that something depends on came or went. */
      readonly type: 'link';
      readonly device: string;
      readonly up: boolean;
      readonly reason: string;
    }
  | {
      /** Programs to run one after the other, and the line for the pipes that follow changes of state. */
      readonly type: 'notify';
      /** `INSTANCE NAME` or `GROUP NAME`: what is told of one thing is told in its order. */
      readonly subject: string;
      readonly commands: readonly Command[];
      readonly line: string;
      /** The director is stopping, and waits a second at most. */
      readonly last: boolean;
    }
  | { readonly type: 'log'; readonly level: 'info' | 'warn'; readonly message: string };

/**
 * The order within one decision of a sync group. Becoming master: every advert first, so that peers stop; then the plane
 * hears of it and works while the addresses are added; then the neighbours. Leaving: addresses go before anyone is told.
 */
const ranks: Readonly<Record<VrrpAction['type'], number>> = {
  'send-advert': 0,
  'remove-addresses': 1,
  state: 2,
  'add-addresses': 3,
  'gratuitous-arp': 4,
  'second-master': 5,
  script: 5,
  link: 5,
  notify: 6,
  log: 7,
};

export function inOrder(actions: readonly VrrpAction[]): VrrpAction[] {
  return [...actions].sort((left, right) => ranks[left.type] - ranks[right.type]);
}

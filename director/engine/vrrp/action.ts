import type { VrrpState } from '../../api/snapshot.ts';
import type { VirtualAddress } from './configuration.ts';

/** What the shell does for the engine, in the order given. */
export type VrrpAction =
  | {
      readonly type: 'send-advert';
      readonly instance: string;
      readonly interface: string;
      readonly priority: number;
      /** The bytes after the IP header. */
      readonly packet: Uint8Array;
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
      readonly type: 'gratuitous-arp';
      readonly instance: string;
      readonly addresses: readonly VirtualAddress[];
      /** How many for each address, back to back. */
      readonly repeat: number;
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
  log: 5,
};

export function inOrder(actions: readonly VrrpAction[]): VrrpAction[] {
  return [...actions].sort((left, right) => ranks[left.type] - ranks[right.type]);
}

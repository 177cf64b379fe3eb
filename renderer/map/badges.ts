import type { VirtualAddressStatus } from '../../provisioning/contract/index.ts';
import type { MapLayout } from './layout.ts';
import { sizes } from './layout.ts';

/** A virtual address on the map: on its holder's card, or waiting where everybody sees that nobody has it. */
export interface PlacedBadge {
  /** The same for the same address wherever it goes, so that it is seen to move. */
  readonly id: string;
  readonly address: string;
  readonly state: 'held' | 'nobody' | 'split';
  readonly holder: string | undefined;
  readonly x: number;
  readonly y: number;
}

/** One badge for each address and holder; two of one address are a split brain. */
export function placeBadges(layout: MapLayout, addresses: readonly VirtualAddressStatus[]): PlacedBadge[] {
  return addresses.flatMap(({ address, holders }, index): PlacedBadge[] => {
    if (holders.length === 0) {
      const { x, y } = layout.waiting;
      const line = index * (sizes.badge.height + sizes.badge.gap);
      return [{ id: `address:${address}`, address, state: 'nobody', holder: undefined, x, y: y + line }];
    }
    return holders.flatMap((holder, turn): PlacedBadge[] => {
      const node = layout.nodes.find(({ name }) => name === holder);
      if (node === undefined) return [];
      const state = holders.length > 1 ? 'split' : 'held';
      const id = turn === 0 ? `address:${address}` : `address:${address}:${turn}`;
      return [{ id, address, state, holder, ...slotIn(node, index) }];
    });
  });
}

/** Two in a line, at the lower edge of the card. */
function slotIn(node: MapLayout['nodes'][number], index: number): { x: number; y: number } {
  const { width, height, gap } = sizes.badge;
  const inner = (node.width - 2 * width - gap) / 2;
  return {
    x: node.x + inner + (index % 2) * (width + gap),
    y: node.y + sizes.wideCard.height - 2 + Math.floor(index / 2) * (height + gap),
  };
}

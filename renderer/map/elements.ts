import type { Edge, Node } from '@xyflow/react';
import type { ResolvedNetwork, ResolvedNode, ResolvedTestbed } from '../../testbeds/resolved.ts';
import type { PlacedBadge } from './badges.ts';
import type { Cable, MapLayout } from './layout.ts';
import { sizes } from './layout.ts';

export type CardFlowNode = Node<{ lab: string; node: ResolvedNode }, 'card'>;
export type NetworkFlowNode = Node<{ network: ResolvedNetwork; cables: readonly Cable[]; left: number }, 'network'>;
export type BadgeFlowNode = Node<{ badge: PlacedBadge }, 'badge'>;
export type CableFlowEdge = Edge<{ lab: string; node: string; network: string }, 'cable'>;

/** React Flow lets the mouse through nodes that can be neither dragged nor selected; the cards have buttons. */
const touchable = { pointerEvents: 'all' } as const;

/** What React Flow draws. Only the layout and the virtual addresses' places are here: each card reads its own state. */
export function mapNodes(
  lab: string,
  testbed: ResolvedTestbed,
  layout: MapLayout,
  badges: readonly PlacedBadge[],
): (CardFlowNode | NetworkFlowNode | BadgeFlowNode)[] {
  const cards = layout.nodes.flatMap(({ name, x, y, width, height }): CardFlowNode[] => {
    const node = testbed.nodes.find((candidate) => candidate.name === name);
    if (node === undefined) return [];
    const position = { x, y };
    return [
      { id: `node:${name}`, type: 'card', position, width, height, zIndex: 2, style: touchable, data: { lab, node } },
    ];
  });
  const networks = layout.networks.flatMap(({ name, x, y, width, height }): NetworkFlowNode[] => {
    const network = testbed.networks.find((candidate) => candidate.name === name);
    if (network === undefined) return [];
    const cables = layout.cables.filter((cable) => cable.network === name);
    const data = { network, cables, left: x };
    return [{ id: `network:${name}`, type: 'network', position: { x, y }, width, height, zIndex: 1, data }];
  });
  const { width, height } = sizes.badge;
  const addresses = badges.map((badge): BadgeFlowNode => {
    const position = { x: badge.x, y: badge.y };
    return { id: badge.id, type: 'badge', position, width, height, zIndex: 3, data: { badge } };
  });
  return [...networks, ...cards, ...addresses];
}

export function mapEdges(lab: string, { cables }: MapLayout): CableFlowEdge[] {
  return cables.map(({ node, network, up }) => ({
    id: `cable:${node}:${network}`,
    type: 'cable',
    source: `node:${node}`,
    sourceHandle: up ? 'up' : 'down',
    target: `network:${network}`,
    targetHandle: node,
    focusable: false,
    data: { lab, node, network },
  }));
}

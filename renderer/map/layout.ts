import type { ResolvedNode, ResolvedTestbed } from '../../testbeds/resolved.ts';

/** Sizes in the map's own units, which are pixels at zoom 1. */
export const sizes = {
  card: { width: 164, height: 76 },
  /** Nodes on several networks show an address for each, their VRRP state, and the virtual addresses they hold. */
  wideCard: { width: 268, height: 92 },
  badge: { width: 122, height: 24, gap: 4 },
  bar: 30,
  /** Between cards of a line; a cable from a line further away passes here. */
  gap: 22,
  /** Between a line of cards and a bar: the length of a cable. */
  cable: 22,
  betweenLines: 14,
  /** Where virtual addresses wait that nobody holds. */
  waiting: 170,
} as const;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedNode extends Box {
  readonly name: string;
  readonly wide: boolean;
}

export interface PlacedNetwork extends Box {
  readonly name: string;
}

export interface Cable {
  readonly node: string;
  readonly network: string;
  readonly x: number;
  /** Whether the network's bar is above the node. */
  readonly up: boolean;
}

export interface MapLayout {
  readonly nodes: readonly PlacedNode[];
  readonly networks: readonly PlacedNetwork[];
  readonly cables: readonly Cable[];
  /** Where a virtual address waits that nobody holds. */
  readonly waiting: { readonly x: number; readonly y: number };
  readonly width: number;
  readonly height: number;
}

/** Lays the testbed out for a pane of this size, so that it can be shown as large as possible. */
export function layoutFor(testbed: ResolvedTestbed, pane: { width: number; height: number }): MapLayout {
  const most = Math.max(1, ...rowsOf(testbed).map(({ length }) => length));
  const candidates = Array.from({ length: most }, (_, index) => layoutMap(testbed, index + 1));
  const zoom = ({ width, height }: MapLayout): number => Math.min(pane.width / width, pane.height / height);
  return candidates.reduce((best, candidate) => (zoom(candidate) > zoom(best) ? candidate : best));
}

/**
 * Networks are horizontal bars, in the testbed's order. A node of one network stands on the outer side of its bar, a node
 * of several between its bars. A row that is too long is broken into lines, each moved by half a card, so that the cables of
 * the line behind pass between the cards of the line in front.
 */
export function layoutMap(testbed: ResolvedTestbed, perLine: number): MapLayout {
  const counts = new Map<string, number>();
  for (const { virtualAddresses } of testbed.vrrp.instances) {
    for (const { node } of testbed.vrrp.routers) {
      counts.set(node, (counts.get(node) ?? 0) + virtualAddresses.length);
    }
  }
  const rows = rowsOf(testbed).map((row) => linesOf(row, perLine, counts));
  const width = Math.max(600, ...rows.map(rowWidth));
  const nodes: PlacedNode[] = [];
  const networks: PlacedNetwork[] = [];
  let y = 0;
  for (const [index, lines] of rows.entries()) {
    for (const [line, cards] of lines.entries()) {
      if (line > 0) y += sizes.betweenLines;
      nodes.push(...placeLine(lines, line, width, y));
      y += Math.max(...cards.map(({ height }) => height));
    }
    const network = testbed.networks[index];
    if (network === undefined) continue;
    if (lines.length > 0) y += sizes.cable;
    networks.push({ name: network.name, x: 0, y, width, height: sizes.bar });
    y += sizes.bar + (rows[index + 1]?.length ? sizes.cable : 0);
  }
  return {
    nodes,
    networks,
    cables: cablesOf(testbed, nodes, networks),
    waiting: waitingPlace(nodes, width),
    width,
    height: y,
  };
}

/** Row i stands above bar i; the last row below the last bar. */
function rowsOf(testbed: ResolvedTestbed): ResolvedNode[][] {
  const order = testbed.networks.map(({ name }) => name);
  const rows: ResolvedNode[][] = Array.from({ length: order.length + 1 }, () => []);
  for (const node of testbed.nodes) {
    const bars = node.interfaces.map(({ network }) => order.indexOf(network)).filter((bar) => bar >= 0);
    const first = Math.min(...bars);
    const alone = first === Math.max(...bars);
    rows[alone && first === 0 && order.length > 1 ? 0 : Math.min(first + 1, order.length)]?.push(node);
  }
  return rows.map((row) => [...row].sort(byRoleOrder));
}

/** The order in which a reader looks for them: the directors, then what they serve, then the rest. */
const roleOrder: Record<ResolvedNode['role'], number> = { client: 0, internet: 1, director: 2, web: 3, dns: 4, nas: 5 };

function byRoleOrder(left: ResolvedNode, right: ResolvedNode): number {
  return roleOrder[left.role] - roleOrder[right.role];
}

interface Card {
  readonly name: string;
  readonly wide: boolean;
  readonly width: number;
  readonly height: number;
}

function linesOf(row: readonly ResolvedNode[], perLine: number, addresses: ReadonlyMap<string, number>): Card[][] {
  const cards = row.map(({ name, interfaces }): Card => {
    const held = addresses.get(name) ?? 0;
    const wide = interfaces.length > 1 || held > 0;
    const { width, height } = wide ? sizes.wideCard : sizes.card;
    const badgeLines = Math.ceil(held / 2);
    return { name, wide, width, height: height + badgeLines * (sizes.badge.height + sizes.badge.gap) };
  });
  // Directors stand side by side: what moves between them should move straight.
  const lines = cards.some(({ wide }) => wide) ? 1 : Math.ceil(cards.length / perLine);
  // Lines of equal length look calmer than a full one and a rest.
  const length = Math.ceil(cards.length / Math.max(1, lines));
  return Array.from({ length: lines }, (_, line) => cards.slice(line * length, (line + 1) * length));
}

/** From one card of a row to the next: the same in all its lines, so that they stand on one grid. */
function pitchOf(lines: readonly (readonly Card[])[]): number {
  const cards = lines.flat();
  const gap = cards.some(({ wide }) => wide) ? sizes.waiting : sizes.gap;
  return Math.max(0, ...cards.map(({ width }) => width)) + gap;
}

function rowWidth(lines: readonly (readonly Card[])[]): number {
  const [first] = lines;
  if (first === undefined) return 0;
  const pitch = pitchOf(lines);
  const gap = pitch - Math.max(...lines.flat().map(({ width }) => width));
  // A second line as long as the first sticks out by half a card.
  const shifted = lines.some((cards, line) => line % 2 === 1 && cards.length === first.length);
  return first.length * pitch - gap + (shifted ? pitch / 2 : 0);
}

function placeLine(lines: readonly (readonly Card[])[], line: number, width: number, y: number): PlacedNode[] {
  const pitch = pitchOf(lines);
  const left = (width - rowWidth(lines)) / 2 + (line % 2 === 1 ? pitch / 2 : 0);
  return (lines[line] ?? []).map(({ name, wide, width: own, height }, index) => {
    return { name, wide, x: left + index * pitch, y, width: own, height };
  });
}

function cablesOf(testbed: ResolvedTestbed, nodes: readonly PlacedNode[], networks: readonly PlacedNetwork[]): Cable[] {
  return testbed.nodes.flatMap(({ name, interfaces }) => {
    const node = nodes.find((placed) => placed.name === name);
    if (node === undefined) return [];
    return interfaces.flatMap(({ network }) => {
      const bar = networks.find((placed) => placed.name === network);
      return bar === undefined ? [] : [{ node: name, network, x: node.x + node.width / 2, up: bar.y < node.y }];
    });
  });
}

function waitingPlace(nodes: readonly PlacedNode[], width: number): { x: number; y: number } {
  const wide = nodes.filter((node) => node.wide);
  const [first, second] = wide;
  if (first === undefined) return { x: (width - sizes.badge.width) / 2, y: 0 };
  const left = first.x + first.width;
  const right = second !== undefined && second.y === first.y ? second.x : left + sizes.waiting;
  return { x: (left + right - sizes.badge.width) / 2, y: first.y + 8 };
}

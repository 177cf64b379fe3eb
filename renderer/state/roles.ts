import type { LabView } from './lab-view.ts';

/** How sure it is who answers for the virtual addresses. */
export type Holding =
  /** One node holds all of them. */
  | { readonly kind: 'held'; readonly node: string }
  | { readonly kind: 'nobody'; readonly addresses: readonly string[] }
  | { readonly kind: 'split'; readonly addresses: readonly string[]; readonly nodes: readonly string[] }
  /** The sync group is torn: each address has one holder, but not the same one. */
  | { readonly kind: 'torn'; readonly nodes: readonly string[] };

export function holdingOf(virtualAddresses: LabView['virtualAddresses']): Holding {
  const split = virtualAddresses.filter(({ holders }) => holders.length > 1);
  const nodes = [...new Set(virtualAddresses.flatMap(({ holders }) => holders))].sort();
  if (split.length > 0) return { kind: 'split', addresses: split.map(({ address }) => address), nodes };
  const missing = virtualAddresses.filter(({ holders }) => holders.length === 0);
  const [node] = nodes;
  if (missing.length > 0 || node === undefined) {
    return { kind: 'nobody', addresses: missing.map(({ address }) => address) };
  }
  return nodes.length === 1 ? { kind: 'held', node } : { kind: 'torn', nodes };
}

/** Directors in order of their VRRP priority, highest first. */
export function directorNodes(view: Pick<LabView, 'testbed'>): string[] {
  return [...view.testbed.vrrp.routers].sort((left, right) => right.priority - left.priority).map(({ node }) => node);
}

/** The node that *Kill master* would kill: who holds the addresses, or else who says MASTER. */
export function masterToKill(view: LabView): string | undefined {
  const alive = directorNodes(view).filter((node) => view.nodes[node]?.state === 'running');
  const holds = (node: string): number => view.virtualAddresses.filter(({ holders }) => holders.includes(node)).length;
  const holders = alive.filter((node) => holds(node) > 0).sort((left, right) => holds(right) - holds(left));
  return holders[0] ?? alive.find((node) => view.directors[node]?.instances.some(({ state }) => state === 'MASTER'));
}

/** The node that *Start master* would start: the director of highest priority that is down. */
export function masterToStart(view: LabView): string | undefined {
  return directorNodes(view).find((node) => {
    const state = view.nodes[node]?.state;
    return state === 'off' || state === 'frozen' || state === 'failed';
  });
}

/** The node behind an address of the testbed, so that a table row can say "web1". */
export function nodeOfAddress(testbed: LabView['testbed'], address: string): string | undefined {
  return testbed.nodes.find(({ interfaces }) => interfaces.some((candidate) => candidate.address === address))?.name;
}

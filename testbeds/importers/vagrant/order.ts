import type { ResolvedNode } from '../../resolved.ts';
import { note } from './draft.ts';
import type { Draft } from './draft.ts';

/** Machines start in the order of the file, as far as the export leaves it to the testbed: storage and directors come first anyhow. */
export function orderNodes(draft: Draft): void {
  const { found, exported, testbed } = draft;
  const free = new Map(testbed.nodes.filter(isFree).map((node) => [node.name, node]));
  const names = found.machines.map(({ name }) => name).filter((name) => free.has(name));
  const known = new Set(exported.machines.map(({ name }) => name));
  const now = names.filter((name) => known.has(name));
  const before = exported.machines.map(({ name }) => name).filter((name) => now.includes(name));
  const moved = now.find((name, index) => before[index] !== name);
  const at = found.machines.find(({ name }) => name === moved);
  if (at !== undefined) note(draft, 'order', at.name, at, { to: now.join(', ') });
  // Each place of a machine that was exported is taken by the next one of the file; places of others stay theirs.
  const queue = [...now];
  const places = testbed.nodes.filter(({ name }) => known.has(name) || !free.has(name) || !names.includes(name));
  const ordered = places.map((node) => (now.includes(node.name) ? (free.get(queue.shift() ?? '') ?? node) : node));
  names.forEach((name, index) => {
    const node = free.get(name);
    if (node === undefined || known.has(name)) return;
    const previous = ordered.findIndex((each) => each.name === names[index - 1]);
    const next = ordered.findIndex((each) => each.name === names[index + 1]);
    const position = previous !== -1 ? previous + 1 : next !== -1 ? next : ordered.length;
    ordered.splice(position, 0, node);
  });
  draft.testbed = { ...testbed, nodes: ordered };
}

function isFree({ role }: ResolvedNode): boolean {
  return role !== 'nas' && role !== 'director';
}

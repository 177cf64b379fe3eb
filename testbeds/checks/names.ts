import { suggestion } from '../nearest-word.ts';
import type { Path, Problems } from '../problem.ts';
import type { RawTestbed } from '../schema.ts';

export function checkKnownNode(raw: RawTestbed, node: string, path: Path, problems: Problems): boolean {
  return checkKnown('node', node, Object.keys(raw.nodes), path, problems);
}

export function checkKnownNetwork(raw: RawTestbed, network: string, path: Path, problems: Problems): boolean {
  return checkKnown('network', network, Object.keys(raw.networks), path, problems);
}

function checkKnown(what: string, word: string, known: readonly string[], path: Path, problems: Problems): boolean {
  if (known.includes(word)) return true;
  const hint = suggestion(word, known) || ` This testbed has: ${known.join(', ')}.`;
  problems.add(path, `Expected the name of a ${what}, found "${word}", which is none.${hint}`);
  return false;
}

/** Reports each entry whose key an earlier one has already. */
export function checkUnique(
  entries: Iterable<{ readonly key: string; readonly path: Path; readonly owner: string }>,
  what: string,
  problems: Problems,
): void {
  const owners = new Map<string, string>();
  for (const { key, path, owner } of entries) {
    const first = owners.get(key);
    if (first === undefined) owners.set(key, owner);
    else problems.add(path, `Expected ${what} that is used once, found ${key}, which ${first} has already.`);
  }
}

/** The address of a node on a network, if it has one there. */
export function addressOn(raw: RawTestbed, node: string, network: string): string | undefined {
  const entry = raw.nodes[node]?.interfaces.find((candidate) => candidate.network === network);
  if (entry === undefined) return undefined;
  return 'static' in entry.address ? entry.address.static : entry.address.dhcp;
}

import type { ResolvedNode, ResolvedTestbed } from '../../testbeds/resolved.ts';

/** The node that asks from outside; a testbed without one is asked about by a director. */
export function askingNode({ nodes }: ResolvedTestbed): ResolvedNode | undefined {
  return nodes.find(({ role }) => role === 'client') ?? nodes.find(({ role }) => role === 'director');
}

/** The director that is master while nothing is broken. */
export function masterName({ vrrp }: ResolvedTestbed): string | undefined {
  return vrrp.routers.find(({ state }) => state === 'MASTER')?.node;
}

/** "web1, web2 and web3". */
export function inWords(names: readonly string[]): string {
  const [last = '', ...others] = [...names].reverse();
  return others.length === 0 ? last : `${others.reverse().join(', ')} and ${last}`;
}

/** Enough requests that a round-robin of so many servers has come round, other clients or not. */
export const roundsFor = (servers: number): number => servers * 4;

/** Fails, and names it, unless every one of the addresses stands in `$seen`. */
export function everyoneSeen(addresses: readonly string[]): string {
  return `for server in ${addresses.join(' ')}; do
  echo "$seen" | grep -qwF "$server" || { echo "No answer came from $server. Answers: $seen"; exit 1; }
done`;
}

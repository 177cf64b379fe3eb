import type { ResolvedTestbed } from '../resolved.ts';
import { freeNetwork } from './free-network.ts';
import { outsideAddresses } from './renumber.ts';

/** Every network that another one of this testbed must keep away from. */
export function networksTaken({ networks, outsideWorld }: ResolvedTestbed): string[] {
  return [...networks.map(({ cidr }) => cidr), ...outsideAddresses(outsideWorld).map((address) => `${address}/32`)];
}

/**
 * A free place for each of these networks, none of them the other's.
 * @param host CIDRs of the computer's own addresses and routes
 */
export function freeNetworksFor(
  testbed: ResolvedTestbed,
  names: readonly string[],
  host: readonly string[],
): Record<string, string> {
  const taken = [...host, ...networksTaken(testbed)];
  const chosen: Record<string, string> = {};
  for (const { name, cidr } of testbed.networks) {
    if (!names.includes(name)) continue;
    const free = freeNetwork(cidr, [...taken, ...Object.values(chosen)]);
    if (free !== undefined) chosen[name] = free;
  }
  return chosen;
}

import { freeNetworksFor } from '../../testbeds/renumber/taken-networks.ts';
import { RelevoError } from '../contract/error.ts';
import { getTestbed } from '../lab/testbed-source.ts';
import { hostNetworks } from '../preflight/index.ts';

/**
 * `NETWORK=CIDR` as it is; `NETWORK` alone with a free network of this computer. Undefined when nothing is asked.
 * @throws RelevoError INVALID_INPUT when no private network of that length is free
 */
export async function renumbering(
  id: string,
  asked: readonly string[] | undefined = [],
): Promise<Record<string, string> | undefined> {
  if (asked.length === 0) return undefined;
  const given = asked.map((text) => text.split('=', 2) as [string, string?]);
  const said = Object.fromEntries(given.flatMap(([name, cidr]) => (cidr === undefined ? [] : [[name, cidr]])));
  const open = given.flatMap(([name, cidr]) => (cidr === undefined && said[name] === undefined ? [name] : []));
  if (open.length === 0) return said;
  const testbed = await getTestbed(id);
  const host = await hostNetworks();
  const taken = [...host.map(({ cidr }) => cidr), ...Object.values(said).filter((cidr) => /^[\d.]+\/\d+$/.test(cidr))];
  const chosen = freeNetworksFor(testbed, open, taken);
  const full = open.find((name) => chosen[name] === undefined && testbed.networks.some((one) => one.name === name));
  if (full !== undefined) {
    throw new RelevoError('INVALID_INPUT', `No private network for "${full}" is free on this computer.`, {
      hint: `Say which one to take: --renumber ${full}=CIDR.`,
    });
  }
  // A name that the testbed does not know is refused where all are.
  return { ...Object.fromEntries(open.map((name) => [name, ''])), ...chosen, ...said };
}

import { overlap } from '../../testbeds/ipv4.ts';
import { freeNetwork } from '../../testbeds/renumber/free-network.ts';
import type { Finding } from '../contract/index.ts';
import type { Demands, HostFacts, HostNetwork } from './facts.ts';

interface Clash {
  readonly name: string;
  readonly cidr: string;
  readonly own: HostNetwork;
}

/** Networks of the lab in which the host gets an address, and which it has already, each with a free place for it. */
export function addressFindings({ networks }: HostFacts, demands: Demands): Finding[] {
  const clashes = demands.networks.flatMap(({ name, cidr }) => {
    const own = networks.find((one) => overlap(one.cidr, cidr));
    return own === undefined ? [] : [{ name, cidr, own }];
  });
  if (clashes.length === 0)
    return [{ id: 'addresses', level: 'ok', message: 'No address of the lab is one of this computer’s networks.' }];
  const places = freePlaces(clashes, [...networks.map(({ cidr }) => cidr), ...demands.taken]);
  const fix = fixFor(demands, places);
  return clashes.map(({ name, cidr, own }) => {
    const place = places.get(name);
    return {
      id: 'addresses',
      level: 'error',
      message: `The lab's network ${name} (${cidr}) is this computer's own ${own.cidr} at ${own.device}.`,
      fix,
      ...(place === undefined ? {} : { offer: { kind: 'renumber', network: name, cidr: place } }),
    };
  });
}

function freePlaces(clashes: readonly Clash[], taken: readonly string[]): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const { name, cidr } of clashes) {
    const free = freeNetwork(cidr, [...taken, ...places.values()]);
    if (free !== undefined) places.set(name, free);
  }
  return places;
}

/** The command that mends all of them at once, since one alone would only lead to the next. */
function fixFor({ testbed, lab, hypervisor }: Demands, places: ReadonlyMap<string, string>): string {
  const isolated = '--internet stand-in: the lab’s networks are isolated then, and the same addresses do not meet.';
  if (places.size === 0) return `Use ${isolated}`;
  const name = lab === testbed ? '' : ` --lab ${lab}`;
  const moves = [...places].map(([network, cidr]) => ` --renumber ${network}=${cidr}`).join('');
  return `Give it other addresses: relevo up ${testbed} --provider ${hypervisor}${name}${moves}. Or keep them and use ${isolated}`;
}

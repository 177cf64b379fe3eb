import { addressNumber, contains, isHostAddress, networkAddress, overlap, parseCidr } from '../ipv4.ts';
import type { Path, Problems } from '../problem.ts';
import type { RawTestbed } from '../schema.ts';
import { addressOn, checkKnownNetwork } from './names.ts';

/** Networks that do not overlap, and DHCP that fits its network. */
export function checkNetworks(raw: RawTestbed, problems: Problems): void {
  const networks = Object.entries(raw.networks);
  networks.forEach(([name, { cidr }], index) => {
    const path = ['networks', name, 'cidr'];
    const proper = `${networkAddress(cidr)}/${parseCidr(cidr).prefixLength}`;
    if (cidr !== proper) problems.add(path, `Expected a network's own address, ${proper}, found ${cidr}.`);
    const twin = networks.slice(0, index).find(([, other]) => overlap(other.cidr, cidr));
    if (twin)
      problems.add(path, `Expected a network apart from the others, found ${cidr}, which overlaps "${twin[0]}".`);
  });
  checkDhcp(raw, problems);
}

function checkDhcp(raw: RawTestbed, problems: Problems): void {
  const { network, range, router, nameServer } = raw.dhcp;
  if (!checkKnownNetwork(raw, network, ['dhcp', 'network'], problems)) return;
  const cidr = raw.networks[network]?.cidr ?? '';
  checkInside(cidr, range[0], ['dhcp', 'range', 0], problems);
  checkInside(cidr, range[1], ['dhcp', 'range', 1], problems);
  if (addressNumber(range[0]) > addressNumber(range[1])) {
    problems.add(
      ['dhcp', 'range'],
      `Expected the range's first address before its last, found ${range[0]} to ${range[1]}.`,
    );
  }
  checkHeld(raw, network, router, ['dhcp', 'router'], problems);
  checkHeld(raw, network, nameServer, ['dhcp', 'nameServer'], problems);
}

/** A router or name server that nobody is would leave every client waiting. */
function checkHeld(raw: RawTestbed, network: string, address: string, path: Path, problems: Problems): void {
  const held = [
    ...raw.vrrp.instances.filter((entry) => entry.network === network).flatMap((entry) => entry.virtualAddresses),
    ...Object.keys(raw.nodes).map((node) => addressOn(raw, node, network)),
  ];
  if (held.includes(address)) return;
  problems.add(path, `Expected an address that a node or a VRRP instance has on "${network}", found ${address}.`);
}

export function checkInside(cidr: string, address: string, path: Path, problems: Problems): void {
  if (!contains(cidr, address)) {
    problems.add(path, `Expected an address inside ${cidr}, found ${address}.`);
  } else if (!isHostAddress(cidr, address)) {
    problems.add(path, `Expected a host's address, found ${address}, which ${cidr} keeps for itself.`);
  }
}

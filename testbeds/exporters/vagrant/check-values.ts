import { addressText, isHostAddress, parseCidr } from '../../ipv4.ts';
import type { Path } from '../../problem.ts';
import { Problems } from '../../problem.ts';
import type { Problem } from '../../problem.ts';
import type { ResolvedInterface, ResolvedNode } from '../../resolved.ts';
import { boxNamePattern, knownBoxes } from './boxes.ts';
import type { Adapter, Machine, MachineLab } from './machines.ts';

/** VirtualBox has eight adapters on its usual chipset, and Vagrant keeps the first. */
const MOST_ADAPTERS = 7;
/** MiB. Below it no current Linux starts; above it somebody meant KiB. */
const LEAST_MEMORY = 64;
const MOST_MEMORY = 1_048_576;
const LEAST_MTU = 576;
/** What VirtualBox's and QEMU's adapters both carry. */
const MOST_MTU = 9216;

const namePattern = /^[a-z][a-z0-9-]{0,30}$/;
const nameRule = 'lower-case letters, digits and hyphens, a letter first, at most 31 characters';
/** RFC 1123 section 2.1, lower case; Vagrant refuses "_" too. */
const hostNamePattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const macPattern = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i;
const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const addressPattern = new RegExp(`^${octet}(\\.${octet}){3}$`);
const cidrPattern = new RegExp(`^${octet}(\\.${octet}){3}/([89]|[12]\\d|30)$`);

/**
 * What Vagrant would accept and VirtualBox, libvirt or the guest would not: `vagrant validate` looks at none of these values.
 * The lab may come from an edited file, so nothing is taken for granted.
 */
export function checkMachineLab(lab: MachineLab, boxWord: string): readonly Problem[] {
  const problems = new Problems();
  if (!namePattern.test(lab.name)) problems.add(['lab'], expected(`a lab's name: ${nameRule}`, lab.name));
  if (!boxNamePattern.test(boxWord)) {
    problems.add(['box'], expected(`${knownBoxes.join(', ')} or the name of a box, as in OWNER/NAME`, boxWord));
  }
  checkNetworks(lab, problems);
  for (const machine of lab.machines) checkMachine(machine, problems);
  checkUniqueness(lab, problems);
  return problems.found;
}

function checkNetworks({ networks }: MachineLab, problems: Problems): void {
  for (const { name, cidr, mtu } of networks) {
    const path = ['networks', name];
    if (!namePattern.test(name)) problems.add(path, expected(`a network's name: ${nameRule}`, name));
    if (!cidrPattern.test(cidr)) {
      problems.add([...path, 'cidr'], expected('a network like 10.0.100.0/24, with a prefix of 8 to 30 bits', cidr));
    }
    if (!isWhole(mtu, LEAST_MTU, MOST_MTU)) {
      problems.add([...path, 'mtu'], expected(`a whole number from ${LEAST_MTU} to ${MOST_MTU}`, mtu));
    }
  }
}

function checkMachine({ node, memory, adapters }: Machine, problems: Problems): void {
  const path = ['nodes', node.name];
  if (!hostNamePattern.test(node.name)) {
    problems.add(path, expected('a host name of lower-case letters, digits and inner hyphens', node.name));
  }
  if (!isWhole(memory, LEAST_MEMORY, MOST_MEMORY)) {
    const range = `a whole number of megabytes from ${LEAST_MEMORY} to ${MOST_MEMORY}`;
    problems.add([...path, 'machine', 'memory'], expected(range, memory));
  }
  if (node.interfaces.length > MOST_ADAPTERS) {
    problems.add([...path, 'interfaces'], expected(`at most ${MOST_ADAPTERS} interfaces`, node.interfaces.length));
  }
  node.interfaces.forEach((entry, index) => {
    const adapter = adapters.find(({ name }) => name === entry.name);
    checkInterface(node, entry, adapter, [...path, 'interfaces', index], problems);
  });
}

function checkInterface(
  node: ResolvedNode,
  entry: ResolvedInterface,
  adapter: Adapter | undefined,
  path: Path,
  problems: Problems,
): void {
  if (adapter === undefined) {
    problems.add([...path, 'network'], expected(`the name of a network for ${node.name}`, entry.network));
    return;
  }
  if (!macPattern.test(entry.mac)) {
    problems.add([...path, 'mac'], expected('six pairs of hexadecimal digits with colons between', entry.mac));
  } else if (isGroupOrZero(entry.mac)) {
    problems.add([...path, 'mac'], expected('the address of one adapter (first octet even, not all zero)', entry.mac));
  }
  const { cidr, nat } = adapter.network;
  if (!addressPattern.test(entry.address)) {
    problems.add([...path, 'address'], expected('four numbers from 0 to 255 with dots between', entry.address));
    return;
  }
  if (!cidrPattern.test(cidr)) return;
  if (!isHostAddress(cidr, entry.address)) {
    problems.add([...path, 'address'], expected(`a host's address in ${cidr}`, entry.address));
  }
  if (nat) checkGateway(entry, cidr, path, problems);
}

/** VirtualBox's NAT network and libvirt both take the first address. */
function checkGateway(entry: ResolvedInterface, cidr: string, path: Path, problems: Problems): void {
  const first = addressText(parseCidr(cidr).base + 1);
  const others = 'Or let the testbed’s own node stand in for the Internet (--internet stand-in).';
  if (entry.address === first) {
    const what = expected(
      `another address than ${first}, which is the gateway of the NAT network ${cidr}`,
      entry.address,
    );
    problems.add([...path, 'address'], `${what} ${others}`);
  }
  if (entry.gateway !== undefined && entry.gateway !== first) {
    const what = expected(`${first}, the gateway of the NAT network ${cidr}`, entry.gateway);
    problems.add([...path, 'gateway'], `${what} ${others}`);
  }
}

function checkUniqueness({ machines }: MachineLab, problems: Problems): void {
  const owners = new Map<string, string>();
  const claim = (key: string, owner: string, path: Path): void => {
    const first = owners.get(key);
    if (first === undefined) owners.set(key, owner);
    else problems.add(path, `Expected ${key} once, found it at ${first} and at ${owner}.`);
  };
  for (const { node } of machines) {
    claim(`the node ${node.name}`, `another ${node.name}`, ['nodes', node.name]);
    node.interfaces.forEach((entry, index) => {
      const owner = `${node.name} ${entry.name}`;
      claim(`the MAC address ${entry.mac.toLowerCase()}`, owner, ['nodes', node.name, 'interfaces', index, 'mac']);
      claim(`the address ${entry.address}`, owner, ['nodes', node.name, 'interfaces', index, 'address']);
    });
  }
}

/** An odd first octet means a group (IEEE 802 section 8.2.2). */
function isGroupOrZero(mac: string): boolean {
  return Number.parseInt(mac.slice(0, 2), 16) % 2 === 1 || /^[0:]+$/.test(mac);
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function expected(what: string, found: unknown): string {
  return `Expected ${what}; found ${JSON.stringify(found)}.`;
}

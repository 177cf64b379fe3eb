import type { Path, Problems } from '../problem.ts';
import type { RawTestbed } from '../schema.ts';
import { checkKnownNetwork, checkUnique } from './names.ts';
import { checkInside } from './networks.ts';

type RawNode = RawTestbed['nodes'][string];
type RawInterface = RawNode['interfaces'][number];

/** Interfaces on known networks with addresses that fit, and names, addresses and MACs that are used once. */
export function checkNodes(raw: RawTestbed, problems: Problems): void {
  const nodes = Object.entries(raw.nodes);
  for (const [name, node] of nodes) {
    node.interfaces.forEach((entry, index) =>
      checkInterface(raw, entry, ['nodes', name, 'interfaces', index], problems),
    );
    checkHostNames(name, node, problems);
    const own = node.interfaces.map((entry, index) => ({
      key: entry.name,
      path: ['nodes', name, 'interfaces', index, 'name'],
      owner: 'an interface above',
    }));
    checkUnique(own, "an interface's name", problems);
  }
  checkUnique(nodes.flatMap(namesOf), "a node's name", problems);
  checkUnique(addressesOf(raw), 'an address', problems);
  checkUnique(nodes.flatMap(macsOf), 'a MAC address', problems);
}

function checkInterface(raw: RawTestbed, entry: RawInterface, path: Path, problems: Problems): void {
  if (!checkKnownNetwork(raw, entry.network, [...path, 'network'], problems)) return;
  const cidr = raw.networks[entry.network]?.cidr ?? '';
  const method = 'static' in entry.address ? 'static' : 'dhcp';
  checkInside(cidr, ipv4Of(entry), [...path, 'address', method], problems);
  if (entry.gateway !== undefined) checkInside(cidr, entry.gateway, [...path, 'gateway'], problems);
  if (method === 'dhcp' && entry.network !== raw.dhcp.network) {
    problems.add(
      [...path, 'address'],
      `Expected a static address, found dhcp: the DHCP server serves "${raw.dhcp.network}", not "${entry.network}".`,
    );
  }
}

function checkHostNames(name: string, node: RawNode, problems: Problems): void {
  const own = [name, ...node.aliases];
  node.hostNames?.forEach((hostName, index) => {
    if (own.includes(hostName)) return;
    const path = ['nodes', name, 'hostNames', index];
    problems.add(path, `Expected one of this node's names (${own.join(', ')}), found "${hostName}".`);
  });
}

function namesOf([name, node]: [string, RawNode]): { key: string; path: Path; owner: string }[] {
  return [
    { key: name, path: ['nodes', name], owner: `node "${name}"` },
    ...node.aliases.map((alias, index) => ({
      key: alias,
      path: ['nodes', name, 'aliases', index],
      owner: `node "${name}"`,
    })),
  ];
}

function* addressesOf(raw: RawTestbed): Generator<{ key: string; path: Path; owner: string }> {
  for (const [name, node] of Object.entries(raw.nodes)) {
    for (const [index, entry] of node.interfaces.entries()) {
      yield { key: ipv4Of(entry), path: ['nodes', name, 'interfaces', index, 'address'], owner: `node "${name}"` };
    }
  }
  for (const [index, instance] of raw.vrrp.instances.entries()) {
    for (const [position, address] of instance.virtualAddresses.entries()) {
      const path = ['vrrp', 'instances', index, 'virtualAddresses', position];
      yield { key: address, path, owner: `VRRP instance "${instance.name}"` };
    }
  }
}

function macsOf([name, node]: [string, RawNode]): { key: string; path: Path; owner: string }[] {
  return node.interfaces.flatMap((entry, index) =>
    entry.mac === undefined
      ? []
      : [
          {
            key: entry.mac.toLowerCase(),
            path: ['nodes', name, 'interfaces', index, 'mac'],
            owner: `node "${name}"`,
          },
        ],
  );
}

function ipv4Of(entry: RawInterface): string {
  return 'static' in entry.address ? entry.address.static : entry.address.dhcp;
}

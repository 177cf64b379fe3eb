import type { ResolvedInterface, ResolvedNetwork, ResolvedNode, ResolvedTestbed } from '../../testbeds/resolved.ts';

/** Questions that several recipes ask of a testbed. Resolution has checked the references, so a miss is our own mistake. */

export function nodeNamed(testbed: ResolvedTestbed, name: string): ResolvedNode {
  return known(
    testbed.nodes.find((node) => node.name === name),
    `node "${name}"`,
  );
}

export function networkNamed(testbed: ResolvedTestbed, name: string): ResolvedNetwork {
  return known(
    testbed.networks.find((network) => network.name === name),
    `network "${name}"`,
  );
}

/** The node's interface on a network, if it is there. */
export function interfaceOn(node: ResolvedNode, network: string): ResolvedInterface | undefined {
  return node.interfaces.find((entry) => entry.network === network);
}

/** The network behind the directors: the one with the DHCP server. */
export function innerNetwork(testbed: ResolvedTestbed): ResolvedNetwork {
  return networkNamed(testbed, testbed.dhcp.network);
}

export function innerInterface(testbed: ResolvedTestbed, node: ResolvedNode): ResolvedInterface | undefined {
  return interfaceOn(node, testbed.dhcp.network);
}

/** The nodes on the inner network with their address there, in the testbed's order: what the hosts file and the zones list. */
export function innerNodes(testbed: ResolvedTestbed): { node: ResolvedNode; address: string }[] {
  return testbed.nodes.flatMap((node) => {
    const entry = innerInterface(testbed, node);
    return entry === undefined ? [] : [{ node, address: entry.address }];
  });
}

export function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`The resolved testbed lacks its ${what}.`);
  return value;
}

import type { DirectorSnapshot } from '../../director/index.ts';
import type { ResolvedNode, ResolvedTestbed } from '../../testbeds/resolved.ts';
import type { DirectorStatus, InterfaceStatus, NodeStatus, VirtualAddressStatus } from '../contract/index.ts';
import type { InterfaceAddresses } from './node-addresses.ts';

/** What is known of one node beyond the testbed. */
export interface NodeView {
  readonly state: NodeStatus['state'];
  readonly since: number;
  readonly addresses: InterfaceAddresses;
  /** Networks whose cable is cut. */
  readonly cut: readonly string[];
  readonly message?: string | undefined;
}

export function interfaceStatus(node: ResolvedNode, view: NodeView, network: string): InterfaceStatus | undefined {
  return nodeStatus(node, view).interfaces.find((candidate) => candidate.network === network);
}

export function nodeStatus(node: ResolvedNode, view: NodeView): NodeStatus {
  return {
    name: node.name,
    role: node.role,
    state: view.state,
    since: view.since,
    interfaces: node.interfaces.map(({ name, network, mac, mtu }) => ({
      name,
      network,
      mac,
      mtu,
      addresses: [...(view.addresses.get(name) ?? [])],
      cable: view.cut.includes(network) ? 'cut' : 'connected',
    })),
    ...(view.message === undefined ? {} : { message: view.message }),
  };
}

/** Who holds each virtual address, by what the nodes' kernels say, whatever their directors believe. */
export function virtualAddresses(
  testbed: ResolvedTestbed,
  views: ReadonlyMap<string, NodeView>,
): VirtualAddressStatus[] {
  return testbed.vrrp.instances.flatMap(({ name, network, virtualAddresses: addresses }) =>
    addresses.map((address) => ({ address, network, instance: name, holders: holders(testbed, views, address) })),
  );
}

/** On an interface with a cable: real servers have it on their loopback device, where nobody can reach it. */
function holders(testbed: ResolvedTestbed, views: ReadonlyMap<string, NodeView>, address: string): string[] {
  const holds = (node: ResolvedNode): boolean =>
    node.interfaces.some(({ name }) => views.get(node.name)?.addresses.get(name)?.includes(address) ?? false);
  return testbed.nodes.filter(holds).map(({ name }) => name);
}

export interface DirectorView {
  readonly snapshot: DirectorSnapshot;
  readonly at: number;
}

export function directorStatuses(
  testbed: ResolvedTestbed,
  directors: ReadonlyMap<string, DirectorView>,
): DirectorStatus[] {
  return testbed.nodes
    .filter(({ role }) => role === 'director')
    .map(({ name }) => ({ node: name, ...directors.get(name) }));
}

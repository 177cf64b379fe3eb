import type { SpecificationRequest } from '../provider.ts';
import type { NamespacesSpecification } from './specification.ts';

/** A lab's machines and cables. Interface names hold 15 characters, so bridges and ports are numbered, not named. */
export function specify({ lab, id, directory, testbed }: SpecificationRequest): NamespacesSpecification {
  return {
    provider: 'namespaces',
    lab,
    id,
    directory,
    // Known when it is prepared.
    base: '',
    networks: testbed.networks.map(({ name, mtu }, index) => ({ name, bridge: `bridge${index}`, mtu })),
    nodes: testbed.nodes.map((node, nodeIndex) => ({
      name: node.name,
      interfaces: node.interfaces.map(({ name, network, mac, mtu }, index) => ({
        name,
        network,
        port: `port${nodeIndex}-${index}`,
        mac,
        // The cable carries what its network carries; the interface's own MTU is the node's business.
        mtu: Math.max(mtu, testbed.networks.find((candidate) => candidate.name === network)?.mtu ?? mtu),
      })),
    })),
  };
}

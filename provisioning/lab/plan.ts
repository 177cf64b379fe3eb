import type { ResolvedNode, ResolvedTestbed } from '../../testbeds/resolved.ts';
import type { Plan, PlanStep } from '../contract/index.ts';

export const stepIds = {
  base: 'base',
  network: (name: string): string => `network:${name}`,
  node: (name: string): string => `node:${name}`,
  recipe: (name: string): string => `recipe:${name}`,
  ready: 'ready',
};

export const usesDhcp = (node: ResolvedNode): boolean => node.interfaces.some(({ method }) => method === 'dhcp');

const isDirector = (node: ResolvedNode): boolean => node.role === 'director';

/** What `up` does for this testbed, in the order in which it may happen, each step with its reason. */
export function planLab(lab: string, testbed: ResolvedTestbed): Plan {
  const steps: PlanStep[] = [
    {
      id: stepIds.base,
      action: 'build-base',
      title: 'Prepare the base layer',
      reason:
        'Every node starts from the same Debian with the packages that the recipes name; a cached layer is used again.',
      after: [],
    },
    ...testbed.networks.map(networkStep),
    ...testbed.nodes.map(nodeStep),
    ...testbed.nodes.map((node) => recipeStep(node, testbed)),
    {
      id: stepIds.ready,
      action: 'await-ready',
      title: 'Wait until the cluster answers',
      reason: 'The lab is ready when every virtual address has its holder and every director shows its table.',
      after: testbed.nodes.map(({ name }) => stepIds.recipe(name)),
    },
  ];
  return { lab, testbed: testbed.id, provider: 'namespaces', steps };
}

function networkStep({ name, cidr, mtu }: ResolvedTestbed['networks'][number]): PlanStep {
  return {
    id: stepIds.network(name),
    action: 'create-network',
    title: `Create the network ${name} (${cidr}, MTU ${mtu})`,
    reason:
      'A bridge in a network namespace of the lab’s own, so no name or address can meet another lab’s or this machine’s.',
    after: [stepIds.base],
  };
}

function nodeStep(node: ResolvedNode): PlanStep {
  const cables = node.interfaces.map(({ name, network, mac }) => `${name} in ${network} (${mac})`).join(', ');
  return {
    id: stepIds.node(node.name),
    action: 'create-node',
    node: node.name,
    title: `Create the node ${node.name}: ${cables}`,
    reason: `The testbed has a node with the role ${node.role}.`,
    after: [...new Set(node.interfaces.map(({ network }) => stepIds.network(network)))],
  };
}

function recipeStep(node: ResolvedNode, testbed: ResolvedTestbed): PlanStep {
  const directors = usesDhcp(node) ? testbed.nodes.filter(isDirector).map(({ name }) => stepIds.recipe(name)) : [];
  const why = directors.length === 0 ? '' : ' It asks the directors for its address, so they come first.';
  return {
    id: stepIds.recipe(node.name),
    action: 'apply-recipe',
    node: node.name,
    title: `Set up ${node.name} as ${node.role}`,
    reason: `The recipe of the role ${node.role}.${why}`,
    after: [stepIds.node(node.name), ...directors],
  };
}

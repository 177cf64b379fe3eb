import type { ResolvedNode, ResolvedTestbed } from '../../testbeds/resolved.ts';
import type { Plan, PlanStep, ProviderName } from '../contract/index.ts';

export const stepIds = {
  base: 'base',
  network: (name: string): string => `network:${name}`,
  node: (name: string): string => `node:${name}`,
  recipe: (name: string): string => `recipe:${name}`,
  ready: 'ready',
};

/**
 * The directors go first, with the storage node, whose files they mount: their election takes a while in which the processor
 * has nothing to do, so the other nodes are set up in that time; and the servers ask the directors for their addresses.
 */
const isFirst = (node: ResolvedNode): boolean => node.role === 'director' || node.role === 'nas';

/** What `up` does for this testbed, in the order in which it may happen, each step with its reason. */
export function planLab(lab: string, testbed: ResolvedTestbed, provider: ProviderName): Plan {
  const steps: PlanStep[] = [
    { id: stepIds.base, action: 'build-base', ...baseStep[provider], after: [] },
    ...nodeSteps[provider](testbed),
    {
      id: stepIds.ready,
      action: 'await-ready',
      title: 'Wait until the cluster answers',
      reason: 'The lab is ready when every virtual address has its holder and every director shows its table.',
      after: testbed.nodes.map(({ name }) => stepIds.recipe(name)),
    },
  ];
  return { lab, testbed: testbed.id, provider, steps };
}

const baseStep: Record<ProviderName, Pick<PlanStep, 'title' | 'reason'>> = {
  namespaces: {
    title: 'Prepare the base layer',
    reason:
      'Every node starts from the same Debian with the packages that the recipes name; a cached layer is used again.',
  },
  vagrant: {
    title: 'Have the box ready',
    reason: 'Every machine starts from a copy of the same box; one that is on this computer is used again.',
  },
};

const nodeSteps: Record<ProviderName, (testbed: ResolvedTestbed) => PlanStep[]> = {
  namespaces: (testbed) => [
    ...testbed.networks.map(networkStep),
    ...testbed.nodes.map((node) => nodeStep(node, testbed)),
    ...testbed.nodes.map((node) => recipeStep(node, [])),
  ],
  // Booting takes most of the time: all machines do it together, and only their recipes wait for each other.
  vagrant: (testbed) => [
    ...testbed.nodes.map(machineStep),
    ...testbed.nodes.map((node) => recipeStep(node, isFirst(node) ? [] : testbed.nodes.filter(isFirst))),
  ],
};

function machineStep(node: ResolvedNode): PlanStep {
  const cables = node.interfaces.map(({ name, network, mac }) => `${name} in ${network} (${mac})`).join(', ');
  return {
    id: stepIds.node(node.name),
    action: 'create-node',
    node: node.name,
    title: `Make and start the machine ${node.name}: ${cables}`,
    reason: `The testbed has a node with the role ${node.role}. Machines are made one by one and boot together.`,
    after: [stepIds.base],
  };
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

function nodeStep(node: ResolvedNode, testbed: ResolvedTestbed): PlanStep {
  const cables = node.interfaces.map(({ name, network, mac }) => `${name} in ${network} (${mac})`).join(', ');
  const first = isFirst(node) ? [] : testbed.nodes.filter(isFirst).map(({ name }) => stepIds.recipe(name));
  const why = first.length === 0 ? '' : ' It comes after the directors, which elect their master meanwhile.';
  return {
    id: stepIds.node(node.name),
    action: 'create-node',
    node: node.name,
    title: `Create the node ${node.name}: ${cables}`,
    reason: `The testbed has a node with the role ${node.role}.${why}`,
    after: [...new Set(node.interfaces.map(({ network }) => stepIds.network(network))), ...first],
  };
}

function recipeStep(node: ResolvedNode, before: readonly ResolvedNode[]): PlanStep {
  return {
    id: stepIds.recipe(node.name),
    action: 'apply-recipe',
    node: node.name,
    title: `Set up ${node.name} as ${node.role}`,
    reason: `The recipe of the role ${node.role}.`,
    after: [stepIds.node(node.name), ...before.map(({ name }) => stepIds.recipe(name))],
  };
}

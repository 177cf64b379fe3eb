import type { Plan, PlanStep, StepProgress } from '../../provisioning/contract/index.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';

/** A believable plan for `testbed`: the same kinds of steps, in the same order, as the real provider's. */
export function fakePlan(lab: string, testbed: ResolvedTestbed): Plan {
  const networks = testbed.networks.map((network): PlanStep => ({
    id: `network:${network.name}`,
    action: 'create-network',
    title: `Create network ${network.name} (${network.cidr})`,
    reason: 'Nodes are wired to it.',
    after: ['base'],
  }));
  const nodes = testbed.nodes.flatMap(({ name, role }): PlanStep[] => [
    {
      id: `node:${name}`,
      action: 'create-node',
      node: name,
      title: `Create node ${name}`,
      reason: `The testbed has it as ${role}.`,
      after: networks.map(({ id }) => id),
    },
    {
      id: `recipe:${name}`,
      action: 'apply-recipe',
      node: name,
      title: `Configure ${name} as ${role}`,
      reason: `A ${role} node needs its daemons.`,
      after: [`node:${name}`],
    },
  ]);
  const base: PlanStep = {
    id: 'base',
    action: 'build-base',
    title: 'Prepare the base layer',
    reason: 'Every node shares one Debian file system.',
    after: [],
  };
  const ready: PlanStep = {
    id: 'ready:lab',
    action: 'await-ready',
    title: 'Wait until every daemon answers',
    reason: 'A lab is up when it serves.',
    after: testbed.nodes.map(({ name }) => `recipe:${name}`),
  };
  return { lab, testbed: testbed.id, provider: 'namespaces', steps: [base, ...networks, ...nodes, ready] };
}

export function waitingSteps(plan: Plan): StepProgress[] {
  return plan.steps.map(({ id, node }) => ({ step: id, ...(node ? { node } : {}), state: 'waiting' }));
}

/** What each role says while its recipe runs. */
export const recipeMessages: Record<ResolvedTestbed['nodes'][number]['role'], readonly string[]> = {
  director: ['Writing /etc/keepalived/keepalived.conf', 'dnsmasq answers', 'The director answers'],
  web: ['Mounting /var/www/html', 'Setting up apache2', 'apache2 answers on 80 and 443'],
  dns: ['Writing the zones of lab.local', 'Setting up bind9', 'bind9 answers'],
  nas: ['Exporting /nfs/www'],
  client: ['Writing the hosts file'],
  internet: ['Answering as 8.8.8.8'],
};

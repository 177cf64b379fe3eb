import type { NamespacesSpecification } from '../specification.ts';
import { command, CommandError } from './command.ts';

type NodeSpecification = NamespacesSpecification['nodes'][number];
type InterfaceSpecification = NodeSpecification['interfaces'][number];

/**
 * The lab's cables and bridges. They live in the holder's own network namespace, so they meet nobody else's names, and the
 * kernel removes them with it.
 */
export async function createNetworks(specification: NamespacesSpecification): Promise<void> {
  // A VRRP group must be heard without an IGMP querier: no snooping. No spanning tree, no delay: a switch that is just there.
  const bridges = specification.networks.flatMap(({ bridge, mtu }) => [
    `link add ${bridge} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
    `link set ${bridge} mtu ${mtu} up`,
  ]);
  await ipBatch(['link set lo up', ...bridges]);
}

/** Plugs every interface of a node, whose process 1 has this number in the holder's process namespace. */
export async function plugNode(
  specification: NamespacesSpecification,
  node: NodeSpecification,
  pid: number,
): Promise<void> {
  await removeStalePorts(node);
  await ipBatch(node.interfaces.flatMap((cable) => plug(specification, cable, pid)));
}

function plug(specification: NamespacesSpecification, cable: InterfaceSpecification, pid: number): string[] {
  const network = specification.networks.find(({ name }) => name === cable.network);
  if (network === undefined) throw new Error(`The lab has no network "${cable.network}".`);
  return [
    `link add ${cable.port} mtu ${cable.mtu} type veth peer name ${cable.name} address ${cable.mac} mtu ${cable.mtu} netns ${pid}`,
    `link set ${cable.port} master ${network.bridge}`,
    `link set ${cable.port} up`,
  ];
}

/**
 * Takes a node's cables away at once. The kernel does so too, but a little after it has closed the sockets of the dead: until
 * then the node would answer with resets for virtual services that its director no longer handles, as no machine without
 * power does.
 */
export async function unplugNode(node: NodeSpecification): Promise<void> {
  const lines = node.interfaces.map(({ port }) => `link del ${port}`);
  await command('ip', ['-force', '-batch', '-'], `${lines.join('\n')}\n`).catch(ignoreVanished);
}

/** A dead node's cable vanishes a little after its processes; a node that is started at once would find the name taken. */
async function removeStalePorts(node: NodeSpecification): Promise<void> {
  const present = (await command('ip', ['-o', 'link', 'show'])).split('\n');
  const ports = new Set(present.map((line) => /^\d+: ([^:@]+)/.exec(line)?.[1]));
  for (const { port } of node.interfaces) {
    if (ports.has(port)) await command('ip', ['link', 'del', port]).catch(ignoreVanished);
  }
}

function ignoreVanished(error: unknown): void {
  if (!(error instanceof CommandError) || !error.output.includes('Cannot find device')) throw error;
}

export async function setCable(cable: InterfaceSpecification, connected: boolean): Promise<void> {
  await command('ip', ['link', 'set', cable.port, connected ? 'up' : 'down']);
}

async function ipBatch(lines: readonly string[]): Promise<void> {
  await command('ip', ['-batch', '-'], `${lines.join('\n')}\n`);
}

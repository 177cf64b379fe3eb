import { netmask } from '../../ipv4.ts';
import type { ResolvedInterface, ResolvedNetwork, ResolvedNode, ResolvedTestbed } from '../../resolved.ts';
import { boxFor } from './boxes.ts';
import type { Box } from './boxes.ts';
import { providersOf } from './options.ts';
import type { ExportOptions, Internet, MachineProvider } from './options.ts';

/** A network adapter of a machine, besides Vagrant's own. */
export interface Adapter {
  /** From 2: the first is Vagrant's, which its SSH goes through. */
  readonly number: number;
  /** Its name in the machine. */
  readonly name: string;
  readonly network: MachineNetwork;
  readonly mac: string;
  readonly address: string;
  readonly netmask: string;
}

export interface MachineNetwork {
  readonly name: string;
  /** LAB-NETWORK: the name that VirtualBox and libvirt know. */
  readonly label: string;
  /** Whether the provider gives it a gateway and a way out. */
  readonly nat: boolean;
  readonly cidr: string;
  readonly mtu: number;
}

export interface Machine {
  readonly node: ResolvedNode;
  /** LAB-NODE: the name in VirtualBox and libvirt. */
  readonly label: string;
  /** MiB. */
  readonly memory: number;
  /** Set when the box needs more than the testbed says. */
  readonly memoryReason?: string;
  readonly adapters: readonly Adapter[];
}

/** All that Vagrant is told. */
export interface MachineLab {
  readonly name: string;
  /** As the machines know it; see `forMachines`. */
  readonly testbed: ResolvedTestbed;
  readonly providers: readonly MachineProvider[];
  readonly box: Box;
  readonly networks: readonly MachineNetwork[];
  /** In the order in which they are made and started. */
  readonly machines: readonly Machine[];
}

/**
 * The testbed as virtual machines have it. Vagrant keeps the first adapter, so every interface is one further: what is eth0 in
 * the testbed is eth1 in the machine. Where the provider has a real way out, nobody has to stand in for the Internet.
 */
export function forMachines(testbed: ResolvedTestbed, internet: Internet): ResolvedTestbed {
  const nodes = testbed.nodes.filter(({ name }) => internet === 'stand-in' || name !== testbed.outsideWorld.node);
  return { ...testbed, nodes: nodes.map((node) => ({ ...node, interfaces: node.interfaces.map(shifted) })) };
}

function shifted(entry: ResolvedInterface): ResolvedInterface {
  return { ...entry, name: entry.name.replace(/\d+$/, (number) => String(Number(number) + 1)) };
}

/** What to make of a testbed; `check-values.ts` tells whether it can be made. */
export function machineLab(original: ResolvedTestbed, options: ExportOptions): MachineLab {
  const testbed = forMachines(original, options.internet);
  const lab = options.lab ?? testbed.id;
  const box = boxFor(options.box);
  const networks = testbed.networks.map((network) => describeNetwork(network, lab, options.internet));
  return {
    name: lab,
    testbed,
    providers: providersOf(options),
    box,
    networks,
    machines: inOrder(testbed).map((node) => describeMachine(node, { lab, box, networks })),
  };
}

function describeNetwork({ name, kind, cidr, mtu }: ResolvedNetwork, lab: string, internet: Internet): MachineNetwork {
  return { name, label: `${lab}-${name}`, nat: kind === 'nat' && internet === 'real', cidr, mtu };
}

/** Storage first, then the directors, the master before its standby: the others ask them for files and addresses. */
function inOrder({ nodes, vrrp }: ResolvedTestbed): ResolvedNode[] {
  const rank = ({ name, role }: ResolvedNode): number => {
    if (role === 'nas') return 0;
    if (role !== 'director') return 3;
    return vrrp.routers.find(({ node }) => node === name)?.state === 'MASTER' ? 1 : 2;
  };
  return [...nodes].sort((one, other) => rank(one) - rank(other));
}

interface Surroundings {
  readonly lab: string;
  readonly box: Box;
  readonly networks: readonly MachineNetwork[];
}

function describeMachine(node: ResolvedNode, { lab, box, networks }: Surroundings): Machine {
  const { memory } = node.machine;
  const raised = memory < box.minimumMemory;
  return {
    node,
    label: `${lab}-${node.name}`,
    memory: raised ? box.minimumMemory : memory,
    ...(raised ? { memoryReason: `${memory} MB in the testbed. ${box.reason}.` } : {}),
    adapters: node.interfaces.flatMap((entry, index) => {
      const network = networks.find(({ name }) => name === entry.network);
      return network === undefined ? [] : [describeAdapter(entry, index + 2, network)];
    }),
  };
}

function describeAdapter(entry: ResolvedInterface, number: number, network: MachineNetwork): Adapter {
  const { name, mac, address, prefixLength } = entry;
  return { number, name, network, mac, address, netmask: netmask(prefixLength) };
}

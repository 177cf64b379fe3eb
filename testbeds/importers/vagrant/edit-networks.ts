import { contains } from '../../ipv4.ts';
import type { ResolvedTestbed } from '../../resolved.ts';
import { mapAddresses, moved, networkOf, properCidr } from './addresses.ts';
import { labName, note, settingsIn, tell } from './draft.ts';
import type { Draft } from './draft.ts';
import type { Found, FoundAdapter } from './model.ts';

type Network = ResolvedTestbed['networks'][number];

/** A network whose adapters all say other addresses or another MTU than it has, has these; every address in it moves along. */
export function editNetworks(draft: Draft): void {
  const moves: { readonly from: string; readonly to: string }[] = [];
  for (const network of draft.testbed.networks) {
    const adapters = adaptersOn(draft, network);
    const to = newAddresses(draft, network, adapters);
    if (to !== undefined) moves.push({ from: network.cidr, to });
    editMtu(draft, network, adapters);
  }
  if (moves.length === 0) return;
  const change = (address: string): string => {
    const move = moves.find(({ from }) => contains(from, address));
    return move === undefined ? address : moved(address, move.from, move.to);
  };
  const renumbered = mapAddresses(draft.testbed, change);
  draft.testbed = {
    ...renumbered,
    networks: renumbered.networks.map((network) => {
      const to = moves.find(({ from }) => from === network.cidr)?.to;
      return to === undefined ? network : { ...network, cidr: to };
    }),
  };
  draft.testbed = withPrefixes(draft.testbed);
}

function adaptersOn(draft: Draft, { name }: Network): FoundAdapter[] {
  const label = `${labName(draft)}-${name}`;
  const all = draft.found.machines.flatMap((machine) => settingsIn(machine).flatMap(({ adapters }) => adapters));
  return all.filter((adapter) => adapter.label?.value === label);
}

/** Undefined when they are the same, or when the folder does not agree with itself. */
function newAddresses(draft: Draft, network: Network, adapters: readonly FoundAdapter[]): string | undefined {
  const said: Found<string>[] = adapters.flatMap(({ address, netmask }) => {
    const cidr = networkOf(address?.value ?? '', netmask?.value ?? '');
    return address === undefined || cidr === undefined ? [] : [{ ...address, value: cidr }];
  });
  const nat = draft.found.natNetworks.get(`${labName(draft)}-${network.name}`);
  const cidr = nat === undefined ? undefined : properCidr(nat.value);
  if (nat !== undefined && cidr !== undefined) said.push({ ...nat, value: cidr });
  const other = said.filter(({ value }) => value !== network.cidr);
  const [first] = other;
  if (first === undefined) return undefined;
  const values = [...new Set(said.map(({ value }) => value))];
  const { line, column } = first;
  if (values.length === 1) {
    note(draft, 'network-address', network.name, first, { from: network.cidr, to: first.value });
    return first.value;
  }
  // One machine that is elsewhere is a machine's mistake, and is told as one.
  if (other.length > 1 || cidr !== network.cidr)
    tell(draft, { code: 'network-disagrees', subject: network.name, text: values.join(', '), line, column });
  return undefined;
}

function editMtu(draft: Draft, network: Network, adapters: readonly FoundAdapter[]): void {
  const said = adapters.flatMap(({ mtu }) => (mtu === undefined ? [] : [mtu]));
  const [first] = said;
  if (first === undefined || said.some(({ value }) => value !== first.value) || first.value === network.mtu) return;
  note(draft, 'network-mtu', network.name, first, { from: String(network.mtu), to: String(first.value) });
  const { testbed } = draft;
  const { dhcp } = testbed;
  const mtu = first.value;
  draft.testbed = {
    ...testbed,
    dhcp: dhcp.network === network.name && dhcp.mtu === network.mtu ? { ...dhcp, mtu } : dhcp,
    networks: testbed.networks.map((each) => (each.name === network.name ? { ...each, mtu } : each)),
    nodes: testbed.nodes.map((node) => ({
      ...node,
      interfaces: node.interfaces.map((entry) => (entry.network === network.name ? { ...entry, mtu } : entry)),
    })),
  };
}

/** Interfaces repeat their network's length. */
function withPrefixes(testbed: ResolvedTestbed): ResolvedTestbed {
  const lengths = new Map(testbed.networks.map(({ name, cidr }) => [name, Number(cidr.split('/')[1])]));
  return {
    ...testbed,
    nodes: testbed.nodes.map((node) => ({
      ...node,
      interfaces: node.interfaces.map((entry) => ({
        ...entry,
        prefixLength: lengths.get(entry.network) ?? entry.prefixLength,
      })),
    })),
  };
}

import type { ResolvedInterface } from '../../../testbeds/resolved.ts';
import type { PartInput, RecipePart, RecipeStep } from '../recipe.ts';
import { addressCheck, loopbackAddresses } from './network.ts';

const folder = '/etc/systemd/network';

/**
 * A machine's interfaces through systemd-networkd: those of the lab only. The machine's first adapter is the way in of whoever
 * made it, and stays as its system has it.
 *
 * That adapter brings a default route of its own, of any metric. The lab's is written as its two halves, which are more specific
 * and so win always; the resolver's file, too, is the lab's alone.
 */
export function machineNetwork({ testbed, node }: PartInput): RecipePart {
  const extra = loopbackAddresses(testbed, node);
  const servers = [
    ...new Set(
      node.interfaces.flatMap((entry) => (entry.method === 'dhcp' ? [testbed.dhcp.nameServer] : entry.nameServers)),
    ),
  ];
  return {
    packages: ['iproute2', 'iputils-ping'],
    install: [
      ...node.interfaces.flatMap((entry) => interfaceSteps(entry, node.interfaces)),
      ...(extra.length === 0 ? [] : [loopbackStep(extra)]),
      ...resolverSteps(servers),
      // At the next start, udev and networkd do it by themselves.
      { kind: 'command', title: 'Bring the network interfaces up', run: bringUp(node.interfaces) },
    ],
    ready: node.interfaces.map(addressCheck),
  };
}

/** 05 comes before a box's own files, which may take every adapter for theirs. */
function interfaceSteps(entry: ResolvedInterface, all: readonly ResolvedInterface[]): RecipeStep[] {
  const { name, mac } = entry;
  return [
    {
      kind: 'file',
      title: `Call the adapter ${mac} ${name}`,
      path: `${folder}/05-relevo-${name}.link`,
      content: `[Match]\nMACAddress=${mac}\nType=ether\n\n[Link]\nName=${name}\n`,
    },
    {
      kind: 'file',
      title: entry.method === 'dhcp' ? `Let ${name} ask for its address` : `Give ${name} its address`,
      path: `${folder}/05-relevo-${name}.network`,
      content: networkFile(entry, all),
    },
  ];
}

/** systemd.network(5). */
export function networkFile(entry: ResolvedInterface, all: readonly ResolvedInterface[]): string {
  const { mac, mtu, method, address, prefixLength, gateway } = entry;
  const dynamic = method === 'dhcp';
  const metric = all.slice(0, all.indexOf(entry)).filter((other) => other.method === 'dhcp' || other.gateway).length;
  const sections = [
    ['Match', `MACAddress=${mac}`, 'Type=ether'],
    // A DHCP server that is not there must not hold up the start.
    ['Link', ...(dynamic ? [] : [`MTUBytes=${mtu}`]), `RequiredForOnline=${dynamic ? 'no' : 'yes'}`],
    [
      'Network',
      ...(dynamic ? ['DHCP=ipv4'] : [`Address=${address}/${prefixLength}`]),
      'IPv6AcceptRA=no',
      '# A pulled cable takes no address away, and a restart of networkd no virtual address.',
      'IgnoreCarrierLoss=yes',
      ...(dynamic ? [] : ['ConfigureWithoutCarrier=yes', 'KeepConfiguration=static']),
    ],
    ...(dynamic ? [['DHCPv4', 'ClientIdentifier=mac', 'UseMTU=yes', 'UseDNS=no', 'UseHostname=no']] : []),
    ...halfRoutes(dynamic ? '_dhcp4' : gateway, metric),
  ];
  return sections.map(([head = '', ...lines]) => `[${head}]\n${lines.map((line) => `${line}\n`).join('')}`).join('\n');
}

function halfRoutes(gateway: string | undefined, metric: number): string[][] {
  if (gateway === undefined) return [];
  return ['0.0.0.0/1', '128.0.0.0/1'].map((half) => [
    'Route',
    `Destination=${half}`,
    `Gateway=${gateway}`,
    ...(metric === 0 ? [] : [`Metric=${metric}`]),
  ]);
}

function loopbackStep(addresses: readonly string[]): RecipeStep {
  const lines = addresses.map((address) => `Address=${address}/32\n`).join('');
  return {
    kind: 'file',
    title: 'Own the addresses of the world outside',
    path: `${folder}/05-relevo-lo.network`,
    content: `[Match]\nName=lo\n\n[Network]\n${lines}`,
  };
}

/** The box's own resolver would ask Vagrant's network, and sits on the port of the lab's name servers. */
function resolverSteps(servers: readonly string[]): RecipeStep[] {
  return [
    {
      kind: 'command',
      title: "Put the box's own resolver away",
      unless: '! systemctl is-enabled --quiet systemd-resolved 2> /dev/null',
      run: 'systemctl disable --now systemd-resolved',
    },
    ...(servers.length === 0
      ? []
      : [
          {
            kind: 'file' as const,
            title: 'Configure the resolver',
            path: '/etc/resolv.conf',
            content: servers.map((server) => `nameserver ${server}\n`).join(''),
          },
          {
            kind: 'file' as const,
            title: "Keep the first adapter's DHCP client away from it",
            path: '/etc/dhcp/dhclient-enter-hooks.d/relevo',
            content: 'make_resolv_conf() { :; }\n',
          },
        ]),
  ];
}

/** Adapters that have another's name step aside first. Whatever is no adapter of the lab is left alone. */
function bringUp(interfaces: readonly ResolvedInterface[]): string {
  const cases = interfaces.map(({ name, mac }) => `    ${mac}) echo ${name} ;;`).join('\n');
  return `udevadm control --reload
name_of() {
  case $1 in
${cases}
  esac
}
for place in /sys/class/net/*; do
  [ -e "$place/device" ] || continue
  wanted=$(name_of "$(cat "$place/address")")
  current=\${place##*/}
  if [ -z "$wanted" ] || [ "$current" = "$wanted" ]; then continue; fi
  ip link set "$current" down
  ip link set "$current" name "relevo-$wanted"
done
for place in /sys/class/net/relevo-*; do
  [ -e "$place" ] || continue
  current=\${place##*/}
  ip link set "$current" name "\${current#relevo-}"
done
if ! systemctl is-enabled --quiet systemd-networkd; then
  systemctl enable systemd-networkd
  # The first adapter is not its business here, so it would wait for nothing.
  systemctl disable systemd-networkd-wait-online 2> /dev/null || true
fi
systemctl start systemd-networkd
networkctl reload`;
}

import { netmask } from '../../../testbeds/ipv4.ts';
import type { ResolvedInterface, ResolvedNode, ResolvedTestbed } from '../../../testbeds/resolved.ts';
import { quote } from '../quote.ts';
import type { PartInput, ReadinessCheck, RecipePart, RecipeStep } from '../recipe.ts';

/** What an Ethernet interface has when nobody says otherwise. */
const usualMtu = 1500;

/** The node's interfaces through ifupdown, as the document configures them (sections 3.2, 3.3 and 3.9). */
export function network({ testbed, node }: PartInput): RecipePart {
  const usesDhcp = node.interfaces.some((entry) => entry.method === 'dhcp');
  return {
    packages: ['iproute2', 'ifupdown', 'iputils-ping', ...(usesDhcp ? ['isc-dhcp-client'] : [])],
    install: [
      {
        kind: 'file',
        title: 'Configure the network interfaces',
        path: '/etc/network/interfaces',
        content: interfacesFile(node.interfaces, loopbackAddresses(testbed, node)),
      },
      ...(usesDhcp ? [dhcpClientStep] : resolverSteps(node.interfaces)),
    ],
    boot: [
      {
        kind: 'service',
        title: usesDhcp ? 'Ask for an address' : 'Bring the network interfaces up',
        name: 'networking',
        unit: 'networking',
        // The hooks of other packages call systemd and rndc at every interface; here there is neither yet.
        start: '[ -d /run/network ] || mkdir -p /run/network\nifup --no-scripts -a',
      },
    ],
    ready: node.interfaces.map(addressCheck),
  };
}

/** The node that stands in for the Internet owns every address that its records and resolvers name. */
export function loopbackAddresses({ outsideWorld }: ResolvedTestbed, node: ResolvedNode): string[] {
  if (outsideWorld.node !== node.name) return [];
  const { resolvers, records } = outsideWorld;
  return [...new Set([...resolvers, ...records.flatMap((record) => ('address' in record ? [record.address] : []))])];
}

export function interfacesFile(interfaces: readonly ResolvedInterface[], onLoopback: readonly string[]): string {
  const loopback = [
    'auto lo',
    'iface lo inet loopback',
    ...[...new Set(onLoopback)].map((address) => `up ip addr add ${address}/32 dev lo`),
  ];
  const dynamic = interfaces.filter(({ method }) => method === 'dhcp').length;
  const stanzas = interfaces.map((entry, index) => {
    const before = interfaces
      .slice(0, index)
      .filter(({ method, gateway }) => method === 'static' && gateway !== undefined);
    return stanza(entry, dynamic + before.length);
  });
  return `${[loopback, ...stanzas].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** `otherRoutes`: so many default routes come before this interface's. The kernel refuses a second one of the same metric. */
function stanza(entry: ResolvedInterface, otherRoutes: number): string[] {
  const head = [`auto ${entry.name}`, `iface ${entry.name} inet ${entry.method}`];
  if (entry.method === 'dhcp') return head;
  return [
    ...head,
    `address ${entry.address}`,
    `netmask ${netmask(entry.prefixLength)}`,
    ...(entry.gateway === undefined ? [] : [`gateway ${entry.gateway}`]),
    ...(entry.gateway === undefined || otherRoutes === 0 ? [] : [`metric ${otherRoutes}`]),
    ...(entry.mtu === usualMtu ? [] : [`mtu ${entry.mtu}`]),
    ...(entry.nameServers.length === 0 ? [] : [`dns-nameservers ${entry.nameServers.join(' ')}`]),
  ];
}

/**
 * The times are for a lab: ask again after a second when a packet was lost, and give up after five, so that a node started
 * without a director boots all the same; the client goes on asking in the background.
 */
const dhcpClientStep: RecipeStep = {
  kind: 'file',
  title: 'Configure the DHCP client',
  path: '/etc/dhcp/dhclient.conf',
  content: `reboot 1;
timeout 5;
retry 5;
initial-interval 1;
backoff-cutoff 2;
request subnet-mask, broadcast-address, routers, domain-name, domain-name-servers, interface-mtu;
require subnet-mask, routers, domain-name-servers, interface-mtu;
`,
};

/** `dns-nameservers` alone does nothing without resolvconf, which only rewrites this one file. */
function resolverSteps(interfaces: readonly ResolvedInterface[]): RecipeStep[] {
  const servers = [...new Set(interfaces.flatMap((entry) => entry.nameServers))];
  if (servers.length === 0) return [];
  const content = servers.map((server) => `nameserver ${server}\n`).join('');
  return [{ kind: 'file', title: 'Configure the resolver', path: '/etc/resolv.conf', content }];
}

export function addressCheck(entry: ResolvedInterface): ReadinessCheck {
  const wanted = `inet ${entry.address}/${entry.prefixLength} `;
  return {
    title: `${entry.name} has ${entry.address}${entry.method === 'dhcp' ? ' by DHCP' : ''}`,
    command: `ip -4 -o addr show dev ${entry.name} | grep -qF ${quote(wanted)}`,
  };
}

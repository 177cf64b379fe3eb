import type { ResolvedTestbed } from '../../../testbeds/resolved.ts';
import type { PartInput, RecipePart } from '../recipe.ts';
import { innerInterface, known } from '../testbed-facts.ts';
import { dnsmasqService } from './dnsmasq-service.ts';
import { portCheck } from './port-check.ts';

/** dnsmasq gives the servers of the inner network their addresses and answers their names (document section 3.3). */
export function dhcpServer({ testbed, node, context }: PartInput): RecipePart {
  const inner = known(innerInterface(testbed, node), `inner interface of "${node.name}"`);
  const { range, mtu, router, nameServer } = testbed.dhcp;
  const lines = [
    `dhcp-range=${range[0]},${range[1]},infinite`,
    'log-dhcp',
    // RFC 2132: 26 interface MTU, 3 router, 6 name server.
    `dhcp-option=26,${mtu}`,
    `dhcp-option=3,${router}`,
    `dhcp-option=6,${nameServer}`,
    `interface=${inner.name}`,
    'read-ethers',
    '# Beyond the document: answer at once.',
    'no-ping',
    ...(context.init === 'none' ? ['# There is no syslog here.', 'log-facility=/var/log/dnsmasq.log'] : []),
  ];
  return {
    packages: ['dnsmasq'],
    install: [
      { kind: 'file', title: 'Configure DHCP and DNS', path: '/etc/dnsmasq.conf', content: `${lines.join('\n')}\n` },
      { kind: 'file', title: 'List who gets which address', path: '/etc/ethers', content: ethersFile(testbed) },
    ],
    boot: [dnsmasqService('Start DHCP and DNS for the inner network')],
    ready: [portCheck('DHCP and DNS for the inner network are there', inner.address, 53)],
  };
}

export function ethersFile(testbed: ResolvedTestbed): string {
  const leases = testbed.nodes.flatMap((node) => node.interfaces.filter((entry) => entry.method === 'dhcp'));
  return leases.map((entry) => `${entry.mac}    ${entry.address}\n`).join('');
}

import { networkAddress } from '../../../testbeds/ipv4.ts';
import type { ResolvedTestbed } from '../../../testbeds/resolved.ts';
import type { FileStep, PartInput, RecipePart } from '../recipe.ts';
import { innerNetwork, innerNodes } from '../testbed-facts.ts';
import { portCheck } from './port-check.ts';

const forwardZone = (testbed: ResolvedTestbed): string => `/etc/bind/rd.${testbed.domain}`;
const reverseZone = (testbed: ResolvedTestbed): string => `/etc/bind/ri.${testbed.domain}`;

/** bind9 with the testbed's zone in both directions; everything else it asks the forwarders (document section 3.5.3). */
export function nameServer({ testbed }: PartInput): RecipePart {
  return {
    packages: ['bind9', 'bind9-dnsutils'],
    install: [
      file('Configure the name server', '/etc/bind/named.conf.options', optionsFile(testbed)),
      file('Declare the zones', '/etc/bind/named.conf.local', zonesFile(testbed)),
      file('Write the forward zone', forwardZone(testbed), forwardZoneFile(testbed)),
      file('Write the reverse zone', reverseZone(testbed), reverseZoneFile(testbed)),
    ],
    boot: [
      {
        kind: 'service',
        title: 'Start the name server',
        name: 'named',
        unit: 'named',
        start: '[ -d /run/named ] || install -d -o bind -g bind /run/named\nnamed -u bind',
        pidFile: '/run/named/named.pid',
      },
    ],
    ready: [portCheck('The name server answers', '127.0.0.1', 53)],
  };
}

function file(title: string, path: string, content: string): FileStep {
  return { kind: 'file', title, path, content };
}

function optionsFile({ dns }: ResolvedTestbed): string {
  const forwarders = dns.forwarders.map((address) => `        ${address};\n`).join('');
  return `options {
    directory "/var/cache/bind";

    forwarders {
${forwarders}    };
    // The forwarders are a stand-in that nobody signed, and there is no root server to fall back on.
    forward only;
    dnssec-validation no;
    // Newer versions leave the authority section out, which the document's tests show.
    minimal-responses no;

    listen-on { any; };
    listen-on-v6 { any; };
    allow-recursion { any; };
    allow-recursion-on { any; };
};
`;
}

function zonesFile(testbed: ResolvedTestbed): string {
  return [
    [testbed.domain, forwardZone(testbed)],
    [reverseName(testbed), reverseZone(testbed)],
  ]
    .map(
      ([name = '', path = '']) => `zone "${name}" {
    type master;
    allow-query { any; };
    file "${path}";
};
`,
    )
    .join('\n');
}

export function forwardZoneFile(testbed: ResolvedTestbed): string {
  const nodes = innerNodes(testbed);
  const addresses = nodes.map(({ node, address }) => `${node.name} IN A ${address}`);
  const aliases = nodes.flatMap(({ node }) => node.aliases.map((alias) => `${alias} IN CNAME ${node.name}`));
  const servers = nameServers(testbed).map((name) => `@ IN NS ${name}.${testbed.domain}.`);
  return lines([...authority(testbed), ...servers, ...addresses, ...aliases]);
}

/** Names without the domain and with a final dot, as the document's own lookup answers (`name = web1.`). */
export function reverseZoneFile(testbed: ResolvedTestbed): string {
  const pointers = innerNodes(testbed).map(({ node, address }) => `${hostPart(testbed, address)} IN PTR ${node.name}.`);
  return lines([...authority(testbed), ...nameServers(testbed).map((name) => `@ IN NS ${name}.`), ...pointers]);
}

function authority({ domain, dns }: ResolvedTestbed): string[] {
  return [
    `$TTL ${dns.ttl}`,
    `@ IN SOA dns.${domain}. admin.${domain}. (`,
    `    ${dns.serial} ; serial`,
    `    ${dns.refresh} ; refresh`,
    `    ${dns.retry} ; retry`,
    `    ${dns.expire} ; expire`,
    `    ${dns.ttl} ) ; how long "no such name" is kept`,
  ];
}

function nameServers(testbed: ResolvedTestbed): string[] {
  return testbed.nodes.filter((node) => node.role === 'dns').map((node) => node.name);
}

/** Reverse zones end at octets: the network's whole octets name the zone, the rest of an address is the name in it. */
function wholeOctets(testbed: ResolvedTestbed): number {
  return Math.floor(Number(innerNetwork(testbed).cidr.split('/')[1]) / 8);
}

export function reverseName(testbed: ResolvedTestbed): string {
  const octets = networkAddress(innerNetwork(testbed).cidr).split('.').slice(0, wholeOctets(testbed));
  return `${octets.reverse().join('.')}.in-addr.arpa`;
}

function hostPart(testbed: ResolvedTestbed, address: string): string {
  return address.split('.').slice(wholeOctets(testbed)).reverse().join('.');
}

function lines(list: readonly string[]): string {
  return `${list.join('\n')}\n`;
}

import { undeclaredDifferences } from '../../testbeds/differences.ts';
import type { ResolvedNode, ResolvedTestbed, Role } from '../../testbeds/resolved.ts';

const text = (en: string) => ({ en, es: en, gl: en });

function node(name: string, role: Role, ...addresses: string[]): ResolvedNode {
  return {
    name,
    role,
    title: text(name),
    aliases: [],
    hostNames: [name],
    machine: { memory: 256, disk: 10 },
    interfaces: addresses.map((address, index) => ({
      name: `eth${index}`,
      network: address.startsWith('10.') ? 'internal' : 'nat',
      mac: '08:00:27:00:00:01',
      address,
      prefixLength: 24,
      method: 'static',
      mtu: 1500,
      nameServers: [],
    })),
  };
}

/** A testbed for tests of the window: two directors, three web servers, a client; one virtual address on each side. */
export function smallTestbed(): ResolvedTestbed {
  return {
    id: 'small',
    title: text('Small'),
    description: text('For tests'),
    source: { title: 'Test', author: 'Test', year: '2026', file: 'test', sections: {} },
    domain: 'lab.local',
    hostsSuffix: 'cluster',
    networks: [
      { name: 'nat', title: text('NAT'), kind: 'nat', cidr: '192.168.1.0/24', mtu: 1500 },
      { name: 'internal', title: text('Internal'), kind: 'internal', cidr: '10.0.100.0/24', mtu: 9000 },
    ],
    nodes: [
      node('master', 'director', '192.168.1.101', '10.0.100.1'),
      node('standby', 'director', '192.168.1.102', '10.0.100.50'),
      node('web1', 'web', '10.0.100.2'),
      node('web2', 'web', '10.0.100.3'),
      node('web3', 'web', '10.0.100.4'),
      node('client', 'client', '192.168.1.10'),
    ],
    dhcp: {
      network: 'internal',
      range: ['10.0.100.2', '10.0.100.4'],
      router: '10.0.100.200',
      nameServer: '10.0.100.200',
      mtu: 9000,
    },
    dns: { serial: 1, forwarders: [], ttl: 60, refresh: 1, retry: 1, expire: 1 },
    storage: { node: 'web1', directory: '/www', files: [], export: '/www', mountPoint: '/var/www', clients: [] },
    web: { documentRoot: '/var/www' },
    vrrp: {
      version: 2,
      syncGroup: 'VG1',
      advertInterval: 1,
      routers: [
        { node: 'standby', state: 'BACKUP', priority: 100 },
        { node: 'master', state: 'MASTER', priority: 150 },
      ],
      instances: [
        { name: 'VI_E', vrid: 51, network: 'nat', virtualAddresses: ['192.168.1.200'] },
        { name: 'VI_I', vrid: 52, network: 'internal', virtualAddresses: ['10.0.100.200'] },
      ],
    },
    virtualServices: [],
    outsideWorld: { node: 'client', resolvers: [], records: [] },
    drills: [],
    differences: undeclaredDifferences,
  };
}

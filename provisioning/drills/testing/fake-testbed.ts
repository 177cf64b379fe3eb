import type { ResolvedNode, ResolvedTestbed, Role } from '../../../testbeds/resolved.ts';

function node(name: string, role: Role, address: string): ResolvedNode {
  return { name, role, interfaces: [{ name: 'eth0', network: 'nat', address }] } as unknown as ResolvedNode;
}

type Part = Pick<ResolvedTestbed, 'id' | 'nodes' | 'vrrp' | 'drills'>;

const none = { en: '', es: '', gl: '' };

/** The smallest testbed on which `kill-master` makes sense; drills look at nothing else of it. */
const part: Part = {
  id: 'fake-testbed',
  nodes: [
    node('master', 'director', '192.168.1.101'),
    node('standby', 'director', '192.168.1.102'),
    node('client', 'client', '192.168.1.10'),
  ],
  vrrp: {
    version: 2,
    syncGroup: 'GROUP',
    advertInterval: 1,
    routers: [
      { node: 'master', state: 'MASTER', priority: 150 },
      { node: 'standby', state: 'BACKUP', priority: 100 },
    ],
    instances: [
      { name: 'VI_1', vrid: 51, network: 'nat', virtualAddresses: ['192.168.1.200', '192.168.1.202'] },
      { name: 'VI_2', vrid: 52, network: 'nat', virtualAddresses: ['10.0.100.200'] },
    ],
  },
  drills: [
    {
      name: 'kill-master',
      kind: 'kill-master',
      title: none,
      description: none,
      victim: 'master',
      client: 'client',
      probes: [
        { kind: 'http', name: 'web', url: 'http://192.168.1.202/' },
        { kind: 'dns', name: 'dns', server: '192.168.1.200', query: 'web.lab.local' },
      ],
    },
  ],
};

export const fakeTestbed = part as ResolvedTestbed;

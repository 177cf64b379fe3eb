import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseTestbed } from './parse.ts';
import { resolveTestbed } from './resolve.ts';
import type { ResolveOptions } from './resolve.ts';
import { resolvedTestbedSchema } from './resolved.ts';
import type { ResolvedTestbed } from './resolved.ts';
import type { RawTestbed } from './schema.ts';
import { testbedSchema } from './schema.ts';

const text = readFileSync(new URL('../test/fixtures/testbeds/small/testbed.yaml', import.meta.url), 'utf8');
const files = new Map([['pages/hello.html', '<p>Hello</p>\n']]);

function small(): RawTestbed {
  const result = parseTestbed('small.yaml', text);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return structuredClone(result.parsed.raw);
}

function resolved(options: ResolveOptions = {}, raw = small()): ResolvedTestbed {
  const result = resolveTestbed(raw, { files, ...options });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.testbed;
}

/** What is wrong after a change, as `path: message`. */
function problemsAfter(change: (raw: RawTestbed) => void, options: ResolveOptions = {}): string[] {
  const raw = small();
  change(raw);
  // A change that the schema would refuse anyway would prove nothing here.
  expect(testbedSchema.safeParse(raw).error?.issues ?? []).toEqual([]);
  const result = resolveTestbed(raw, { files, ...options });
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('Resolution fills in', () => {
  test('what the schema of a resolved testbed asks for', () => {
    expect(resolvedTestbedSchema.parse(resolved())).toEqual(resolved());
  });

  test('the MTU and the prefix length of an interface from its network', () => {
    const raw = small();
    raw.networks['inside']!.mtu = 9000;
    const [entry] = resolved({}, raw).nodes.find(({ name }) => name === 'files')!.interfaces;
    expect(entry).toMatchObject({ mtu: 9000, prefixLength: 16, method: 'static', address: '10.9.0.9' });
  });

  test('a title and names for the hosts file', () => {
    const node = resolved().nodes.find(({ name }) => name === 'lb-a')!;
    expect(node.hostNames).toEqual(['lb-a', 'front']);
    expect(node.title).toEqual({ en: 'lb-a', es: 'lb-a', gl: 'lb-a' });
  });

  test('the address, port and weight of every real server', () => {
    expect(resolved().virtualServices[0]?.realServers).toEqual([
      { node: 'www-a', address: '10.9.2.1', port: 8080, weight: 3 },
    ]);
  });

  test('the texts of the files, so that nothing else is needed later', () => {
    expect(resolved().storage.files).toEqual([{ path: 'hello.html', content: '<p>Hello</p>\n' }]);
  });
});

describe('MAC addresses', () => {
  const macs = (testbed: ResolvedTestbed): Record<string, string[]> =>
    Object.fromEntries(testbed.nodes.map(({ name, interfaces }) => [name, interfaces.map(({ mac }) => mac)]));

  test('are made from the address where the file gives none, and are the same every time', () => {
    expect(macs(resolved())).toEqual(macs(resolved()));
    expect(macs(resolved())['lb-a']).toEqual(['08:00:27:10:05:0b', '08:00:27:09:01:01']);
  });

  test('are taken from the file in small letters', () => {
    expect(macs(resolved())['www-a']).toEqual(['02:00:00:00:00:0a']);
  });

  test('stay apart where two addresses end alike, or the file uses the one that would be made', () => {
    const raw = small();
    raw.networks['outside']!.cidr = '11.9.0.0/16';
    raw.nodes['world']!.interfaces[0]!.address = { static: '11.9.0.9' };
    raw.nodes['tester']!.interfaces[0]!.address = { static: '11.9.0.77' };
    raw.nodes['tester']!.interfaces[0]!.mac = '08:00:27:09:00:0a';
    raw.nodes['lb-a']!.interfaces[0]!.address = { static: '11.9.0.11' };
    raw.nodes['lb-a']!.interfaces[0]!.gateway = '11.9.0.9';
    raw.nodes['lb-b']!.interfaces[1]!.address = { static: '11.9.0.12' };
    raw.vrrp.instances[0]!.virtualAddresses = ['11.9.0.200'];
    raw.virtualServices[0]!.address = '11.9.0.200';
    const made = macs(resolved({}, raw));
    expect(made['files']).toEqual(['08:00:27:09:00:09']);
    // :09 is the storage node's, :0a is in the file, :0b and :0c are the directors'.
    expect(made['world']).toEqual(['08:00:27:09:00:0d']);
    expect(new Set(Object.values(made).flat()).size).toBe(Object.values(made).flat().length);
  });
});

describe('The advertisement interval', () => {
  test('of whole seconds means VRRP 2 with its password', () => {
    expect(resolved({ advertInterval: 1 }).vrrp).toMatchObject({
      version: 2,
      advertInterval: 1,
      authentication: { type: 'PASS', password: 'secret' },
    });
  });

  test('below a second means VRRP 3, which has no password', () => {
    const { vrrp } = resolved();
    expect(vrrp).toMatchObject({ version: 3, advertInterval: 0.1 });
    expect(vrrp).not.toHaveProperty('authentication');
  });

  test('between whole seconds means VRRP 3 too', () => {
    expect(resolved({ advertInterval: 1.5 }).vrrp.version).toBe(3);
  });

  test.each([0, 0.005, 0.015, 40.5, -1, Number.NaN])('of %d is refused', (advertInterval) => {
    expect(problemsAfter(() => undefined, { advertInterval })).toEqual([
      `vrrp.advertInterval: Expected whole hundredths of a second between 0.01 and 40, found ${advertInterval}.`,
    ]);
  });

  test.each([0.01, 0.07, 0.29, 0.57, 1.13, 40])('of %d is taken', (advertInterval) => {
    expect(resolved({ advertInterval }).vrrp.advertInterval).toBe(advertInterval);
  });
});

describe('Resolution refuses', () => {
  const cases: [what: string, change: (raw: RawTestbed) => void, problem: string][] = [
    [
      'an interface on an unknown network',
      (raw) => (raw.nodes['tester']!.interfaces[0]!.network = 'outsid'),
      'nodes.tester.interfaces.0.network: Expected the name of a network, found "outsid", which is none. Did you mean "outside"?',
    ],
    [
      'an address outside its network',
      (raw) => (raw.nodes['tester']!.interfaces[0]!.address = { static: '172.16.6.77' }),
      'nodes.tester.interfaces.0.address.static: Expected an address inside 172.16.5.0/24, found 172.16.6.77.',
    ],
    [
      "a network's own address",
      (raw) => (raw.nodes['tester']!.interfaces[0]!.address = { static: '172.16.5.0' }),
      "nodes.tester.interfaces.0.address.static: Expected a host's address, found 172.16.5.0, which 172.16.5.0/24 keeps for itself.",
    ],
    [
      'a gateway outside the network',
      (raw) => (raw.nodes['lb-a']!.interfaces[0]!.gateway = '10.9.0.1'),
      'nodes.lb-a.interfaces.0.gateway: Expected an address inside 172.16.5.0/24, found 10.9.0.1.',
    ],
    [
      'an address that two nodes have',
      (raw) => (raw.nodes['tester']!.interfaces[0]!.address = { static: '172.16.5.11' }),
      'nodes.tester.interfaces.0.address: Expected an address that is used once, found 172.16.5.11, which node "lb-a" has already.',
    ],
    [
      'a virtual address that a node has',
      (raw) => (raw.vrrp.instances[0]!.virtualAddresses = ['172.16.5.200', '172.16.5.77']),
      'vrrp.instances.0.virtualAddresses.1: Expected an address that is used once, found 172.16.5.77, which node "tester" has already.',
    ],
    [
      'a MAC address that two interfaces have',
      (raw) => (raw.nodes['files']!.interfaces[0]!.mac = '02:00:00:00:00:0a'),
      'nodes.www-a.interfaces.0.mac: Expected a MAC address that is used once, found 02:00:00:00:00:0a, which node "files" has already.',
    ],
    [
      'two interfaces of one name',
      (raw) => (raw.nodes['lb-a']!.interfaces[1]!.name = 'eth0'),
      "nodes.lb-a.interfaces.1.name: Expected an interface's name that is used once, found eth0, which an interface above has already.",
    ],
    [
      'an alias that is the name of another node',
      (raw) => (raw.nodes['lb-b']!.aliases = ['lb-a']),
      'nodes.lb-b.aliases.0: Expected a node\'s name that is used once, found lb-a, which node "lb-a" has already.',
    ],
    [
      "a host name that is not one of the node's",
      (raw) => (raw.nodes['lb-a']!.hostNames = ['lb-a', 'back']),
      'nodes.lb-a.hostNames.1: Expected one of this node\'s names (lb-a, front), found "back".',
    ],
    [
      'DHCP where no server is',
      (raw) => (raw.nodes['tester']!.interfaces[0]!.address = { dhcp: '172.16.5.77' }),
      'nodes.tester.interfaces.0.address: Expected a static address, found dhcp: the DHCP server serves "inside", not "outside".',
    ],
    [
      'networks that overlap',
      (raw) => (raw.networks['third'] = { ...raw.networks['outside']!, cidr: '10.9.128.0/17' }),
      'networks.third.cidr: Expected a network apart from the others, found 10.9.128.0/17, which overlaps "inside".',
    ],
    [
      "a network that is written with a host's address",
      (raw) => (raw.networks['inside']!.cidr = '10.9.0.1/16'),
      "networks.inside.cidr: Expected a network's own address, 10.9.0.0/16, found 10.9.0.1/16.",
    ],
    [
      'a DHCP range that runs backwards',
      (raw) => raw.dhcp.range.reverse(),
      "dhcp.range: Expected the range's first address before its last, found 10.9.2.99 to 10.9.2.1.",
    ],
    [
      'a router that nobody is',
      (raw) => (raw.dhcp.router = '10.9.0.253'),
      'dhcp.router: Expected an address that a node or a VRRP instance has on "inside", found 10.9.0.253.',
    ],
    [
      'a VRID that is used twice',
      (raw) => (raw.vrrp.instances[1]!.vrid = 7),
      'vrrp.instances.1.vrid: Expected a VRID that is used once, found 7, which an instance above has already.',
    ],
    [
      'a virtual address outside its network',
      (raw) => (raw.vrrp.instances[0]!.virtualAddresses = ['172.16.5.200', '10.9.0.253']),
      'vrrp.instances.0.virtualAddresses.1: Expected an address inside 172.16.5.0/24, found 10.9.0.253.',
    ],
    [
      'a router that is no director',
      (raw) => (raw.nodes['lb-b']!.role = 'client'),
      'vrrp.routers.lb-b: Expected a node with the role director, found "lb-b": client.',
    ],
    [
      'two masters',
      (raw) => (raw.vrrp.routers['lb-b']!.state = 'MASTER'),
      'vrrp.routers: Expected exactly one router with the state MASTER, found lb-a, lb-b.',
    ],
    [
      'a router without an interface on an instance’s network',
      (raw) => raw.nodes['lb-b']!.interfaces.pop(),
      'vrrp.instances.0.network: Expected a network that every router is on, found "outside", where "lb-b" has no interface.',
    ],
    [
      'a virtual service on an address that is not virtual',
      (raw) => (raw.virtualServices[0]!.address = '172.16.5.11'),
      'virtualServices.0.address: Expected a virtual address of a VRRP instance (172.16.5.200, 10.9.0.254), found 172.16.5.11.',
    ],
    [
      'a real server that does not exist',
      (raw) => (raw.virtualServices[0]!.realServers = ['www-b']),
      'virtualServices.0.realServers.0: Expected the name of a node, found "www-b", which is none. Did you mean "www-a"?',
    ],
    [
      'a real server on another network',
      (raw) => (raw.virtualServices[0]!.realServers = ['tester']),
      'virtualServices.0.realServers.0: Expected a node on the network "inside", found "tester", which is not.',
    ],
    [
      'a real server that is there twice',
      (raw) => (raw.virtualServices[0]!.realServers = ['www-a', 'www-a']),
      'virtualServices.0.realServers.1: Expected a real server that is used once, found www-a, which this service has already.',
    ],
    [
      'a virtual service that is there twice',
      (raw) => raw.virtualServices.push(structuredClone(raw.virtualServices[0]!)),
      'virtualServices.1: Expected a virtual service that is used once, found TCP 172.16.5.200:8080, which a service above has already.',
    ],
    [
      'storage on a node of another role',
      (raw) => (raw.storage.node = 'www-a'),
      'storage.node: Expected a node with the role nas, found "www-a": web.',
    ],
    [
      'a storage client that cannot reach it',
      (raw) => (raw.storage.clients = ['tester']),
      'storage.clients.0: Expected a node on the network "inside", found "tester", which is not.',
    ],
    [
      'a file that is not there',
      (raw) => (raw.storage.files['more.html'] = 'pages/more.html'),
      'storage.files.more.html: Expected a file "pages/more.html" in the testbed\'s folder, found none.',
    ],
    [
      'an outside world that nobody plays',
      (raw) => (raw.outsideWorld.node = 'globe'),
      'outsideWorld.node: Expected the name of a node, found "globe", which is none. This testbed has: files, lb-a, lb-b, www-a, ns-a, tester, world.',
    ],
    [
      'a canonical name without an address',
      (raw) => raw.outsideWorld.records.push({ name: 'a.example.org', canonicalName: 'b.example.org' }),
      'outsideWorld.records.1.canonicalName: Expected a name that another record gives an address, found "b.example.org".',
    ],
    [
      'a drill that kills the standby',
      (raw) => (raw.drills['kill-master']!.victim = 'lb-b'),
      'drills.kill-master.victim: Expected the VRRP router with the state MASTER, found "lb-b".',
    ],
    [
      'a drill without a client',
      (raw) => (raw.drills['kill-master']!.client = 'test'),
      'drills.kill-master.client: Expected the name of a node, found "test", which is none. Did you mean "tester"?',
    ],
  ];

  test.each(cases)('%s', (_, change, problem) => {
    expect(problemsAfter(change)).toEqual([problem]);
  });

  test('several things at once, and reports them all', () => {
    const problems = problemsAfter((raw) => {
      raw.drills['kill-master']!.client = 'test';
      raw.vrrp.instances[1]!.vrid = 7;
      raw.dhcp.router = '10.9.0.253';
    });
    expect(problems).toHaveLength(3);
  });
});

describe('Real servers that answer clients themselves', () => {
  test.each(['DR', 'TUN'] as const)('need an interface on the network of the virtual address: %s', (forwarding) => {
    const change = (raw: RawTestbed): void => {
      raw.virtualServices[0]!.forwarding = forwarding;
    };
    expect(problemsAfter(change)).toEqual([
      `virtualServices.0.realServers.0: Expected a node on the network "outside", because ${forwarding} servers answer clients themselves; found "www-a", which has no interface there.`,
    ]);
  });
});

test('Connections follow an instance that exists', () => {
  expect(problemsAfter((raw) => (raw.vrrp.connectionSync = 'INSIDE'))).toEqual([
    'vrrp.connectionSync: Expected the name of an instance (OUT, IN), found "INSIDE".',
  ]);
  expect(problemsAfter((raw) => (raw.vrrp.connectionSync = 'IN'))).toEqual([]);
});

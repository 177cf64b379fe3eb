import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { listTestbeds, loadTestbed, loadTestbedFile } from './load.ts';
import type { ResolvedTestbed } from './resolved.ts';

const fixtures = fileURLToPath(new URL('../test/fixtures/testbeds', import.meta.url));

async function loaded(id: string, directory?: string): Promise<ResolvedTestbed> {
  const result = await loadTestbed(id, directory === undefined ? {} : { directory });
  if (result.kind !== 'loaded') throw new Error(JSON.stringify(result));
  return result.testbed;
}

describe('Loading', () => {
  test('lists the testbeds that come with Relevo', async () => {
    expect(await listTestbeds()).toContain('tfg');
  });

  test('lists folders with a testbed in them, sorted', async () => {
    expect(await listTestbeds(fixtures)).toEqual(['broken', 'direct', 'renamed', 'small']);
  });

  test('brings the texts of the files along', async () => {
    expect((await loaded('small', fixtures)).storage.files).toEqual([
      { path: 'hello.html', content: '<p>Hello</p>\n' },
    ]);
  });

  test.each(['tfgg', 'TFG'])('knows what %s was meant to be', async (id) => {
    expect(await loadTestbed(id)).toMatchObject({ kind: 'unknown', nearest: 'tfg' });
  });

  test.each(['', '..', '../testbeds/tfg', 'tfg/../tfg', '/etc', 'small\0'])('never makes a path of %j', async (id) => {
    expect(await loadTestbed(id, { directory: fixtures })).toMatchObject({
      kind: 'unknown',
      known: ['broken', 'direct', 'renamed', 'small'],
    });
  });

  test('reports every problem of a broken file with its place', async () => {
    const result = await loadTestbed('broken', { directory: fixtures });
    if (result.kind !== 'invalid') throw new Error(result.kind);
    expect(result.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)).toMatchInlineSnapshot(`
      [
        "2:1 nodes is missing: expected a group of keys.",
        "18:1 Unknown key "nodez". Did you mean "nodes"?",
        "88:38 vrrp.routers.lb-a.priority: expected a number, found "high".",
        "97:16 virtualServices[0].scheduler: expected "rr" or "wrr" or "lc" or "wlc" or "lblc" or "lblcr" or "dh" or "sh" or "sed" or "nq" or "mh" or "fo" or "ovf" or "twos", found "rrr". Did you mean "rr"?",
      ]
    `);
    expect(result.problems.every(({ file }) => file.endsWith('broken/testbed.yaml'))).toBe(true);
  });

  test('wants the folder to be named as the testbed', async () => {
    const result = await loadTestbed('renamed', { directory: fixtures });
    expect(result).toMatchObject({
      kind: 'invalid',
      problems: [
        { line: 3, column: 5, message: 'Expected the name of the testbed\'s folder, "renamed", found "other".' },
      ],
    });
  });

  test('places what resolution finds, such as a file that is missing', async () => {
    // The folder "renamed" has no pages.
    const result = await loadTestbedFile(`${fixtures}/renamed/testbed.yaml`);
    expect(result).toMatchObject({
      kind: 'invalid',
      problems: [{ line: 80, column: 17, message: expect.stringContaining('pages/hello.html') as string }],
    });
  });

  test('hands the advertisement interval on', async () => {
    const result = await loadTestbed('tfg', { advertInterval: 0.1 });
    expect(result).toMatchObject({ kind: 'loaded', testbed: { vrrp: { version: 3, advertInterval: 0.1 } } });
    expect(await loadTestbed('tfg', { advertInterval: 0.001 })).toMatchObject({ kind: 'invalid' });
  });
});

describe('The TFG', () => {
  test("has exactly the document's nodes and addresses", async () => {
    const { nodes } = await loaded('tfg');
    const addresses = nodes.map(({ name, interfaces }) =>
      [name, ...interfaces.map(({ address }) => address)].join(' '),
    );
    expect(addresses).toEqual([
      'nas 10.0.100.100',
      'master 192.168.1.101 10.0.100.1',
      'web1 10.0.100.2',
      'web2 10.0.100.3',
      'web3 10.0.100.4',
      'dns1 10.0.100.5',
      'dns2 10.0.100.6',
      'dns3 10.0.100.7',
      'standby 192.168.1.102 10.0.100.50',
      'client 192.168.1.10',
      'internet 192.168.1.1',
    ]);
  });

  test("has the document's MAC addresses", async () => {
    const { nodes } = await loaded('tfg');
    const macs = nodes.flatMap(({ name, interfaces }) =>
      interfaces.map((entry) => `${name}/${entry.name} ${entry.mac}`),
    );
    expect(macs).toEqual([
      'nas/eth0 08:00:27:00:64:64',
      'master/eth0 08:00:27:d7:13:ec',
      'master/eth1 08:00:27:00:64:01',
      'web1/eth0 08:00:27:01:01:02',
      'web2/eth0 08:00:27:01:01:03',
      'web3/eth0 08:00:27:01:01:04',
      'dns1/eth0 08:00:27:01:01:05',
      'dns2/eth0 08:00:27:01:01:06',
      'dns3/eth0 08:00:27:01:01:07',
      'standby/eth0 08:00:27:3c:ec:b2',
      'standby/eth1 08:00:27:72:79:67',
      'client/eth0 08:00:27:a8:01:0a',
      'internet/eth0 08:00:27:a8:01:01',
    ]);
  });

  test('has its networks, memory and number of interfaces', async () => {
    const { networks, nodes } = await loaded('tfg');
    expect(networks.map(({ name, kind, cidr, mtu }) => [name, kind, cidr, mtu])).toEqual([
      ['nat', 'nat', '192.168.1.0/24', 1500],
      ['internal', 'internal', '10.0.100.0/24', 9000],
    ]);
    const ofRole = (role: string) => nodes.filter((node) => node.role === role);
    expect(
      ofRole('director').map(({ machine, interfaces }) => [machine.memory, machine.disk, interfaces.length]),
    ).toEqual([
      [1024, 10, 2],
      [1024, 10, 2],
    ]);
    for (const node of [...ofRole('web'), ...ofRole('dns')]) {
      expect([node.machine.memory, node.interfaces.length, node.interfaces[0]?.method]).toEqual([256, 1, 'dhcp']);
    }
  });

  test("has the document's VRRP and virtual services", async () => {
    const { vrrp, virtualServices } = await loaded('tfg');
    expect(vrrp).toEqual({
      version: 2,
      syncGroup: 'VG1',
      authentication: { type: 'PASS', password: 'mypasswd' },
      advertInterval: 1,
      routers: [
        { node: 'master', state: 'MASTER', priority: 150 },
        { node: 'standby', state: 'BACKUP', priority: 100 },
      ],
      instances: [
        { name: 'VI_E', vrid: 51, network: 'nat', virtualAddresses: ['192.168.1.200', '192.168.1.202'] },
        { name: 'VI_I', vrid: 52, network: 'internal', virtualAddresses: ['10.0.100.200'] },
      ],
    });
    expect(
      virtualServices.map(({ address, port, protocol, scheduler, forwarding, realServers, check }) => [
        `${protocol} ${address}:${port} ${scheduler} ${forwarding}`,
        realServers.map((server) => `${server.address}:${server.port}`).join(' '),
        check,
      ]),
    ).toEqual([
      [
        'TCP 192.168.1.202:80 rr NAT',
        '10.0.100.2:80 10.0.100.3:80 10.0.100.4:80',
        { type: 'TCP_CHECK', interval: 3, connectTimeout: 3 },
      ],
      [
        'UDP 192.168.1.200:53 rr NAT',
        '10.0.100.5:53 10.0.100.6:53 10.0.100.7:53',
        { type: 'TCP_CHECK', interval: 3, connectTimeout: 3 },
      ],
    ]);
  });
});

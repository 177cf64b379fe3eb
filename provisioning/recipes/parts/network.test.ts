import { describe, expect, test } from 'vitest';
import { fileOf, recipeOf, testbedNamed } from '../fixtures/recipes-of.ts';

const interfaces = '/etc/network/interfaces';
const tfg = await testbedNamed('tfg');
const contentOf = (node: string, path: string): string => fileOf(recipeOf(tfg, node), path).content;

describe('/etc/network/interfaces', () => {
  test("of the storage node is the document's", () => {
    expect(contentOf('nas', interfaces)).toBe(`auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
address 10.0.100.100
netmask 255.255.255.0
gateway 10.0.100.1
mtu 9000
dns-nameservers 10.0.100.1
`);
  });

  test('gives all default routes but the first a metric, for the kernel takes one of each only', async () => {
    const { content } = fileOf(recipeOf(await testbedNamed('direct'), 'www-a'), interfaces);
    expect(content).toContain('iface eth0 inet dhcp\n');
    expect(content).toContain('gateway 172.16.6.1\nmetric 1\n');
    expect(contentOf('master', interfaces)).not.toContain('metric');
  });

  test("of the standby is the document's, with the MTU that its own output shows", () => {
    expect(contentOf('standby', interfaces)).toBe(`auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
address 192.168.1.102
netmask 255.255.255.0
gateway 192.168.1.1
dns-nameservers 192.168.1.1

auto eth1
iface eth1 inet static
address 10.0.100.50
netmask 255.255.255.0
mtu 9000
`);
  });

  test('of a server asks DHCP and says nothing that DHCP has to say', () => {
    expect(contentOf('dns2', interfaces)).toBe('auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n');
  });

  test('of the node that plays the Internet has the addresses of everybody there', () => {
    const added = contentOf('internet', interfaces).match(/(?<=^up ip addr add )\S+/gm);
    expect(added).toEqual(['8.8.8.8/32', '8.8.4.4/32', '158.42.4.23/32', '216.58.201.196/32']);
  });
});

describe('The resolver', () => {
  test('is configured where addresses are static', () => {
    expect(contentOf('master', '/etc/resolv.conf')).toBe('nameserver 192.168.1.1\n');
    expect(contentOf('nas', '/etc/resolv.conf')).toBe('nameserver 10.0.100.1\n');
  });

  test('is left to DHCP elsewhere', () => {
    expect(() => contentOf('web1', '/etc/resolv.conf')).toThrow('writes no /etc/resolv.conf');
  });
});

test('A node is ready when each interface has its address', () => {
  const titles = recipeOf(tfg, 'web1').ready.map(({ title }) => title);
  expect(titles).toContain('eth0 has 10.0.100.2 by DHCP');
  expect(recipeOf(tfg, 'master').ready.map(({ title }) => title)).toEqual(
    expect.arrayContaining(['eth0 has 192.168.1.101', 'eth1 has 10.0.100.1']),
  );
});

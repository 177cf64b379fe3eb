import { describe, expect, test } from 'vitest';
import { forMachines } from '../../../testbeds/exporters/vagrant/machines.ts';
import { fileOf, recipeOf, testbedNamed } from '../fixtures/recipes-of.ts';
import { renderMachineScript } from '../machine-script.ts';

const tfg = forMachines(await testbedNamed('tfg'), 'stand-in');
const onMachine = { init: 'systemd', sharing: 'nfs' } as const;
const networkOf = (node: string, name: string): string =>
  fileOf(recipeOf(tfg, node, onMachine), `/etc/systemd/network/05-relevo-${name}.network`).content;

test("An adapter gets the testbed's name by its MAC address, one further than Vagrant's", () => {
  expect(fileOf(recipeOf(tfg, 'master', onMachine), '/etc/systemd/network/05-relevo-eth1.link').content).toBe(
    '[Match]\nMACAddress=08:00:27:d7:13:ec\nType=ether\n\n[Link]\nName=eth1\n',
  );
});

test('A static address comes with its MTU and, as two halves that win over any default route, its gateway', () => {
  expect(networkOf('nas', 'eth1')).toBe(`[Match]
MACAddress=08:00:27:00:64:64
Type=ether

[Link]
MTUBytes=9000
RequiredForOnline=yes

[Network]
Address=10.0.100.100/24
IPv6AcceptRA=no
# A pulled cable takes no address away, and a restart of networkd no virtual address.
IgnoreCarrierLoss=yes
ConfigureWithoutCarrier=yes
KeepConfiguration=static

[Route]
Destination=0.0.0.0/1
Gateway=10.0.100.1

[Route]
Destination=128.0.0.0/1
Gateway=10.0.100.1
`);
});

test('An address by DHCP comes with the MTU and the gateway that the server tells, and does not hold up the start', () => {
  const text = networkOf('web1', 'eth1');
  expect(text).toContain('DHCP=ipv4\n');
  expect(text).toContain('UseMTU=yes\n');
  expect(text).toContain('Destination=128.0.0.0/1\nGateway=_dhcp4\n');
  expect(text).toContain('RequiredForOnline=no\n');
  expect(text).not.toMatch(/^Address=|MTUBytes/m);
});

test('An interface without a gateway brings no route', () => {
  expect(networkOf('master', 'eth2')).not.toContain('[Route]');
});

test('The node that stands in for the Internet owns its addresses', () => {
  expect(networkOf('internet', 'lo')).toContain('Address=8.8.8.8/32\n');
});

describe('The resolver', () => {
  test("is the lab's: of the file, or the one that DHCP would tell", () => {
    expect(fileOf(recipeOf(tfg, 'client', onMachine), '/etc/resolv.conf').content).toBe('nameserver 192.168.1.1\n');
    expect(fileOf(recipeOf(tfg, 'web1', onMachine), '/etc/resolv.conf').content).toBe('nameserver 10.0.100.200\n');
  });
});

test("Nothing on a machine touches what is not the lab's", () => {
  for (const node of tfg.nodes) {
    const script = renderMachineScript(recipeOf(tfg, node.name, onMachine), 'readable');
    expect(script).not.toMatch(/\beth0\b|put \/etc\/network\/interfaces|put \/etc\/ssh\/sshd_config |put \/etc\/fstab/);
  }
});

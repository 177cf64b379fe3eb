import { expect, test } from 'vitest';
import { fileOf, recipeOf, testbedNamed } from '../fixtures/recipes-of.ts';

const tfg = await testbedNamed('tfg');

test("Both directors have the document's dnsmasq.conf, with the options of section 3.8.1", () => {
  const documented = [
    'dhcp-range=10.0.100.2,10.0.100.50,infinite',
    'log-dhcp',
    'dhcp-option=26,9000',
    'dhcp-option=3,10.0.100.200',
    'dhcp-option=6,10.0.100.200',
    'interface=eth1',
    'read-ethers',
  ];
  for (const node of ['master', 'standby']) {
    expect(fileOf(recipeOf(tfg, node), '/etc/dnsmasq.conf').content.split('\n').slice(0, 7)).toEqual(documented);
  }
});

test('Neither director claims to be the only one: the other would refuse its leases', () => {
  expect(fileOf(recipeOf(tfg, 'master'), '/etc/dnsmasq.conf').content).not.toContain('authoritative');
});

test("/etc/ethers is the document's", () => {
  expect(fileOf(recipeOf(tfg, 'master'), '/etc/ethers').content).toBe(`08:00:27:01:01:02    10.0.100.2
08:00:27:01:01:03    10.0.100.3
08:00:27:01:01:04    10.0.100.4
08:00:27:01:01:05    10.0.100.5
08:00:27:01:01:06    10.0.100.6
08:00:27:01:01:07    10.0.100.7
`);
});

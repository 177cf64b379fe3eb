import { expect, test } from 'vitest';
import { inputFor, testbedNamed } from '../fixtures/recipes-of.ts';
import { hostsFile } from './identity.ts';

test("The cluster's hosts file is the document's, with one line for `sshd -i`", async () => {
  expect(hostsFile(inputFor(await testbedNamed('tfg'), 'web2'))).toBe(`127.0.0.1 localhost
10.0.100.100 nas.cluster nas
10.0.100.1 cluster1.cluster cluster1 master lb1
10.0.100.2 cluster2.cluster cluster2 web1
10.0.100.3 cluster3.cluster cluster3 web2
10.0.100.4 cluster4.cluster cluster4 web3
10.0.100.5 cluster5.cluster cluster5 dns1
10.0.100.6 cluster6.cluster cluster6 dns2
10.0.100.7 cluster7.cluster cluster7 dns3
10.0.100.50 standby.cluster standby
0.0.0.0 UNKNOWN
`);
});

test('A virtual machine needs no such line', async () => {
  expect(hostsFile(inputFor(await testbedNamed('tfg'), 'web2', { init: 'systemd' }))).not.toContain('UNKNOWN');
});

test('A node outside the inner network knows only itself', async () => {
  expect(hostsFile(inputFor(await testbedNamed('tfg'), 'client'))).toBe(
    '127.0.0.1 localhost\n192.168.1.10 client\n0.0.0.0 UNKNOWN\n',
  );
});

import { expect, test } from 'vitest';
import { inputFor, recipeOf, testbedNamed } from '../fixtures/recipes-of.ts';
import { renderBootScript } from '../script.ts';
import { keepalivedConf } from './keepalived-conf.ts';
import { realServer } from './real-server.ts';

const direct = await testbedNamed('direct');

test('A server that answers through the director gets nothing of this', async () => {
  expect(realServer(inputFor(direct, 'www-c'))).toEqual({});
  expect(realServer(inputFor(await testbedNamed('tfg'), 'web1'))).toEqual({});
});

test('A server of direct routing and of a tunnel holds both addresses in silence', () => {
  const script = renderBootScript(recipeOf(direct, 'www-a'));
  expect(script).toContain('ip address replace 172.16.6.202/32 dev lo');
  expect(script).toContain('ip address replace 172.16.6.203/32 dev $device');
  expect(script).toContain('arp_ignore');
  expect(script).toContain('arp_announce');
  expect(script).not.toContain('172.16.6.201/32');
});

test('Tunnels are taken apart by a service of ours where the kernel has no ipip', () => {
  expect(renderBootScript(recipeOf(direct, 'www-a'))).toMatch(/grep -qw ipip \|\| setsid \S+\/director decap </);
  const { install, boot } = realServer(inputFor(direct, 'www-a', { init: 'systemd' }));
  const service = boot?.find((step) => step.kind === 'service');
  const unit = install?.find((step) => step.kind === 'file' && step.path.endsWith('.service'));
  expect(unit).toMatchObject({ path: `/etc/systemd/system/${service?.unit}.service` });
  expect(unit?.kind === 'file' ? unit.content : '').toMatch(/^ExecCondition=.*ipip'\nExecStart=\S+\/director decap$/m);
});

test('Its answers leave on the network of the virtual address, by the gateway there', () => {
  const script = renderBootScript(recipeOf(direct, 'www-b'));
  expect(script).toContain('ip rule add from 172.16.6.202 table 100');
  expect(script).toContain('ip route replace 172.16.6.0/24 dev eth1 table 100');
  expect(script).toContain('ip route replace default via 172.16.6.1 dev eth1 table 101');
});

test('It is ready when it holds the addresses', () => {
  const titles = recipeOf(direct, 'www-a').ready.map(({ title }) => title);
  expect(titles).toEqual(expect.arrayContaining(['The server holds 172.16.6.202', 'The server holds 172.16.6.203']));
});

test("The directors' configuration names the methods and whom connections follow", () => {
  const { testbed, node } = inputFor(direct, 'lb-b');
  const text = keepalivedConf(testbed, node);
  expect(text).toMatch(/^global_defs \{\n {4}vrrp_version 3\n {4}lvs_sync_daemon eth1 IN\n\}\n/);
  expect(text.match(/lb_kind \w+/g)).toEqual(['lb_kind NAT', 'lb_kind DR', 'lb_kind TUN']);
  expect(text.match(/lb_algo \w+/g)).toEqual(['lb_algo wrr', 'lb_algo rr', 'lb_algo lc']);
});

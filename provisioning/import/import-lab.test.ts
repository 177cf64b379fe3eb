import { describe, expect, test } from 'vitest';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import {
  all,
  blockOf,
  changed,
  direct,
  every,
  importOf,
  inBlock,
  nodeOf,
  quick,
  relaid,
  replaced,
  tfg,
  told,
} from './testing/edited.ts';
import type { Wishes } from './testing/edited.ts';

/** Exported folders, edited as people edit them. */

describe('An exported folder', () => {
  const cases = (['virtualbox', 'libvirt', 'both'] as const).flatMap((provider) =>
    (['director', 'classic'] as const).flatMap((stack) =>
      (['real', 'stand-in'] as const).map((internet): Wishes => ({ provider, stack, internet })),
    ),
  );

  test.each(cases)('is the testbed that it was: $provider, $stack, $internet', (wishes) => {
    for (const edit of [(text: string) => text, relaid]) {
      const result = importOf(edit, wishes);
      expect(result.testbed).toEqual(tfg);
      expect(result).toMatchObject({ changes: [], findings: [] });
    }
  });

  test.each<[string, ResolvedTestbed, Wishes]>([
    ['direct routing and tunnels', direct, { internet: 'stand-in' }],
    ['VRRP 3, which has no password', quick, {}],
    ['another box and another name', tfg, { box: 'lab/bookworm', lab: 'second' }],
    ['Ubuntu', tfg, { box: 'ubuntu' }],
  ])('is the testbed that it was: %s', (_, testbed, wishes) => {
    const result = importOf(relaid, wishes, testbed);
    expect(result.testbed).toEqual(testbed);
    expect(result).toMatchObject({ changes: [], findings: [] });
  });
});

describe('Taken over', () => {
  test('memory, also below what the box asks for', () => {
    const result = importOf(inBlock('web1', replaced('lv.memory = 512', 'lv.memory = "2_048"'.replace('_', ''))));
    expect(nodeOf(result, 'web1')?.machine).toEqual({ memory: 2048, disk: 10 });
    expect(nodeOf(result, 'web2')?.machine).toEqual({ memory: 256, disk: 10 });
    expect(changed(result)).toEqual(['memory web1: 256 → 2048']);
    expect(told(result)).toEqual([]);
  });

  test('processors, of one machine and of all', () => {
    const one = importOf(inBlock('web1', replaced('lv.memory = 512', 'lv.memory = 512\n      lv.cpus = 2')));
    expect(nodeOf(one, 'web1')?.machine).toEqual({ memory: 256, disk: 10, processors: 2 });
    expect(told(one)).toEqual([]);
    const every = importOf(replaced('lv.cpus = 1', 'lv.cpus = 4'));
    expect(every.testbed?.nodes.map(({ machine }) => machine.processors ?? 1)).toEqual([
      ...Array.from({ length: 10 }, () => 4),
      1,
    ]);
    expect(told(every)).toEqual([]);
  });

  test.each(['virtualbox', 'libvirt', 'both'] as const)("an address, and whoever's gateway it is: %s", (provider) => {
    const result = importOf(inBlock('master', every('"10.0.100.1"', '"10.0.100.9"')), { provider });
    expect(nodeOf(result, 'master')?.interfaces[1]?.address).toBe('10.0.100.9');
    expect(nodeOf(result, 'nas')?.interfaces[0]).toMatchObject({ gateway: '10.0.100.9', nameServers: ['10.0.100.9'] });
    expect(changed(result)).toEqual(['address master eth1: 10.0.100.1 → 10.0.100.9']);
    expect(told(result)).toEqual([]);
  });

  test('two addresses exchanged', () => {
    const result = importOf(
      all(inBlock('web1', every('10.0.100.2', '10.0.100.3')), inBlock('web2', every('10.0.100.3', '10.0.100.2'))),
    );
    expect(result.testbed?.virtualServices[0]?.realServers.map(({ node, address }) => [node, address])).toEqual([
      ['web1', '10.0.100.3'],
      ['web2', '10.0.100.2'],
      ['web3', '10.0.100.4'],
    ]);
    expect(told(result)).toEqual([]);
  });

  test("an address on VirtualBox's NAT network, which only a comment says", () => {
    const result = importOf(replaced('# eth1: nat, 192.168.1.10\n', '# eth1: nat, 192.168.1.11\n'), {
      provider: 'virtualbox',
    });
    expect(nodeOf(result, 'client')?.interfaces[0]?.address).toBe('192.168.1.11');
    expect(told(result)).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['libvirt', '08:00:27:01:01:02', '08:00:27:AA:01:02'],
    ['virtualbox', '080027010102', '080027AA0102'],
  ])('a MAC address: %s', (provider, from, to) => {
    const result = importOf(replaced(from, to), { provider: provider as 'libvirt' });
    expect(nodeOf(result, 'web1')?.interfaces[0]?.mac).toBe('08:00:27:aa:01:02');
    expect(told(result)).toEqual([]);
  });

  test('a box, and with one of his own what memory the folder says', () => {
    const ubuntu = importOf(replaced('debian/trixie64', 'cloud-image/ubuntu-24.04'));
    expect(ubuntu.options).toMatchObject({ box: 'ubuntu', provider: 'libvirt' });
    const own = importOf(replaced('debian/trixie64', 'lab/bookworm'));
    expect(own.options.box).toBe('lab/bookworm');
    expect(nodeOf(own, 'web1')?.machine.memory).toBe(512);
    expect(told(own)).toEqual([]);
  });

  test.each(['virtualbox', 'libvirt', 'both'] as const)(
    "a network's address, and all that is in it: %s",
    (provider) => {
      const result = importOf(every('192.168.1.', '192.168.77.'), { provider });
      expect(result.testbed?.networks[0]?.cidr).toBe('192.168.77.0/24');
      expect(result.testbed?.vrrp.instances[0]?.virtualAddresses).toEqual(['192.168.77.200', '192.168.77.202']);
      expect(nodeOf(result, 'client')?.interfaces[0]).toMatchObject({
        address: '192.168.77.10',
        gateway: '192.168.77.1',
      });
      expect(result.testbed?.drills[0]?.probes[0]).toMatchObject({ url: 'http://192.168.77.202/' });
      expect(result.testbed?.proxy?.frontends[0]?.address).toBe('192.168.77.200');
      expect(changed(result)).toEqual(['network-address nat: 192.168.1.0/24 → 192.168.77.0/24']);
      expect(told(result)).toEqual([]);
    },
  );

  test("a network's MTU", () => {
    const result = importOf(every('libvirt__mtu: 9000', 'libvirt__mtu: 1500'));
    expect(result.testbed).toMatchObject({ networks: [{}, { mtu: 1500 }], dhcp: { mtu: 1500 } });
    expect(told(result)).toEqual([]);
  });

  test('a title, and an order of machines that start together', () => {
    const result = importOf((text) => {
      const [web1, web2] = [blockOf(text, 'web1'), blockOf(text, 'web2')];
      const swapped = text.replace(web1, '@1').replace(web2, '@2').replace('@1', web2).replace('@2', web1);
      return swapped.replace('Lab tfg: Client', 'Lab tfg: Noa');
    });
    expect(nodeOf(result, 'client')?.title).toEqual({ en: 'Noa', es: 'Noa', gl: 'Noa' });
    expect(result.testbed?.nodes.map(({ name }) => name).slice(0, 4)).toEqual(['nas', 'master', 'web2', 'web1']);
    expect(told(result)).toEqual([]);
  });

  test('an adapter more and one less', () => {
    const cable = `      # eth2: nat
      override.vm.network "private_network", ip: "192.168.1.77", netmask: "255.255.255.0",
        mac: "08:00:27:77:77:77", auto_config: false, libvirt__network_name: "tfg-nat",
        libvirt__forward_mode: "nat", libvirt__dhcp_enabled: false, libvirt__mtu: 1500\n`;
    const more = importOf(inBlock('web1', replaced('    end\n', `${cable}    end\n`)));
    expect(nodeOf(more, 'web1')?.interfaces).toMatchObject([
      { name: 'eth0', network: 'internal' },
      { name: 'eth1', network: 'nat', address: '192.168.1.77', mac: '08:00:27:77:77:77', method: 'static' },
    ]);
    expect(told(more)).toEqual([]);
    const text = more.written;
    expect(text?.raw.nodes['web1']?.interfaces).toHaveLength(2);
    const less = importOf(inBlock('client', replaced(/ {6}override\.vm\.network[^]*?1500\n/, '')));
    expect(told(less)[0]).toMatch(/^invalid \d+$/);
  });

  test('a provider less', () => {
    const result = importOf(
      (text) => text.replaceAll(/ +\w+\.vm\.provider "virtualbox"[^]*?\n( *)end\n(?= *(node|config|#|\n))/g, ''),
      {
        provider: 'both',
      },
    );
    expect(result.options.provider).toBe('libvirt');
  });
});

import { describe, expect, test } from 'vitest';
import { all, blockOf, changed, codes, importOf, nodeOf, replaced, told, web4 } from './testing/edited.ts';
import type { Edit } from './testing/edited.ts';

/** Machines that come to an exported folder, and machines that go. */

describe('A machine more', () => {
  test.each(['virtualbox', 'libvirt'] as const)(
    'is like those whose name it has, and serves where they do: %s',
    (provider) => {
      const result = importOf((text) => text.replace(blockOf(text, 'client'), (found) => `${found}\n${web4(text)}`), {
        provider,
      });
      expect(nodeOf(result, 'web4')).toMatchObject({
        ...{ role: 'web', machine: { memory: 256, disk: 10 }, hostNames: ['web4'] },
        interfaces: [{ name: 'eth0', address: '10.0.100.8', mac: '08:00:27:01:01:08', method: 'dhcp', mtu: 9000 }],
      });
      const { testbed } = result;
      expect(testbed?.virtualServices[0]?.realServers.at(-1)).toMatchObject({
        node: 'web4',
        address: '10.0.100.8',
        port: 80,
      });
      expect(testbed?.proxy?.backends.map(({ servers }) => servers.at(-1))).toEqual(['web4', 'web4', 'web4']);
      expect(testbed?.storage.clients).toContain('web4');
      expect(changed(result)).toEqual(['machine-added web4: web3 → 10.0.100.8']);
      expect(told(result)).toEqual([]);
    },
  );

  const named =
    (name: string, edit: Edit = (text) => text): Edit =>
    (text) =>
      text.replace(blockOf(text, 'client'), (found) => `${found}\n${edit(web4(text).replaceAll('web4', name))}`);

  test('is like the one whose script makes it', () => {
    const result = importOf(named('shop', replaced('provision/shop.sh', 'provision/web1.sh')));
    expect(nodeOf(result, 'shop')?.role).toBe('web');
    expect(told(result)).toEqual([]);
  });

  test.each(['above', 'inside'])('is like the one that a comment names: %s', (where) => {
    const comment = '# like: dns1\n';
    const result = importOf(
      named(
        'names',
        where === 'above' ? (text) => comment + text : replaced('do |node|\n', `do |node|\n    ${comment}`),
      ),
    );
    expect(nodeOf(result, 'names')?.role).toBe('dns');
    expect(result.testbed?.virtualServices[1]?.realServers.at(-1)?.node).toBe('names');
  });

  test('that nobody is like is told, with what to write', () => {
    const result = importOf(named('shop'));
    expect(result.testbed).toBeUndefined();
    expect(result.findings).toMatchObject([
      {
        code: 'unknown-role',
        severity: 'error',
        subject: 'shop',
        hint: expect.stringContaining('# like: web1') as string,
      },
    ]);
    expect(
      codes(
        importOf(all(named('shop'), replaced('config.vm.define "shop"', '# like: nobody\n  config.vm.define "shop"'))),
      ),
    ).toEqual(['unknown-role']);
  });

  test('is a director behind all others', () => {
    const result = importOf((text) => {
      const third = blockOf(text, 'standby')
        .replaceAll('standby', 'third')
        .replaceAll('.102"', '.103"')
        .replace('.100.50', '.100.51');
      const other = third
        .replace('08:00:27:3c:ec:b2', '08:00:27:3c:ec:b3')
        .replace('08:00:27:72:79:67', '08:00:27:72:79:68');
      return text.replace(blockOf(text, 'standby'), (found) => `${found}\n  # like: standby\n${other}`);
    });
    expect(result.testbed?.vrrp.routers.at(-1)).toEqual({ node: 'third', state: 'BACKUP', priority: 90 });
    expect(told(result)).toEqual([]);
  });

  test.each<[string, Edit, string]>([
    ['a second storage node', named('nas2'), 'single-role'],
    ['the same name', named('web3'), 'duplicate-machine'],
    ['the name of who stands in for the Internet', named('internet'), 'duplicate-machine'],
    ['no address', named('web4', replaced(/ip: "[^"]*", netmask: "[^"]*",/, '')), 'no-address'],
    ['an unknown network', named('web4', replaced('tfg-internal', 'tfg-third')), 'unknown-network'],
    ["another's MAC address", named('web4', replaced('08:00:27:01:01:08', '08:00:27:01:01:04')), 'invalid'],
    ['an address outside', named('web4', replaced('10.0.100.8', '10.0.101.8')), 'invalid'],
  ])('does not come with %s', (_, edit, code) => {
    const result = importOf(edit);
    expect(result.testbed).toBeUndefined();
    expect(codes(result)).toContain(code);
    expect(result.findings[0]?.line).toBeGreaterThan(160);
  });
});

describe('A machine less', () => {
  test('leaves all that named it', () => {
    const result = importOf((text) => text.replace(blockOf(text, 'web2'), ''));
    expect(JSON.stringify(result.testbed)).not.toContain('web2');
    expect(changed(result)).toEqual(['machine-removed web2:  → ']);
    expect(told(result)).toEqual([]);
  });

  test('takes its drills with it', () => {
    const result = importOf((text) => text.replace(blockOf(text, 'client'), ''));
    expect(result.testbed?.drills).toEqual([]);
    expect(changed(result)).toEqual(['machine-removed client:  → ', 'drill-removed kill-master: client → ']);
  });

  test('without which the lab is none is told', () => {
    const result = importOf((text) => text.replace(blockOf(text, 'nas'), ''));
    expect(result.testbed).toBeUndefined();
    expect(result.findings[0]?.message).toContain('storage.node');
  });
});

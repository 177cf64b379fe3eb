import { describe, expect, test } from 'vitest';
import { loadTestbed } from '../load.ts';
import type { ResolvedTestbed } from '../resolved.ts';
import { movedText } from './addresses-in-text.ts';
import { parseCidr } from '../ipv4.ts';
import { freeNetwork } from './free-network.ts';
import { renumber } from './renumber.ts';
import { freeNetworksFor } from './taken-networks.ts';

const loaded = await loadTestbed('tfg');
if (loaded.kind !== 'loaded') throw new Error('The TFG cannot be loaded.');
const tfg = loaded.testbed;

function renumbered(changes: Record<string, string>, testbed: ResolvedTestbed = tfg): ResolvedTestbed {
  const result = renumber(testbed, changes);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.testbed;
}

const problemsOf = (changes: Record<string, string>): string[] => {
  const result = renumber(tfg, changes);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

/** Text by text: what a person with an editor would do. */
const edited = (value: unknown, from: string, to: string): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(from, to));

describe('Renumbering', () => {
  test('moves a network with every address in it, and nothing else', () => {
    const there = renumbered({ nat: '192.168.77.0/24' });
    expect(there).not.toEqual(tfg);
    expect(there).toEqual(edited(tfg, '192.168.1.', '192.168.77.'));
    expect(there.drills[0]?.probes).toContainEqual({ kind: 'http', name: 'web', url: 'http://192.168.77.202/' });
    expect(there.outsideWorld).toEqual(tfg.outsideWorld);
  });

  test('moves several at once', () => {
    const both = edited(edited(tfg, '192.168.1.', '10.9.8.'), '10.0.100.', '172.20.3.');
    expect(renumbered({ internal: '172.20.3.0/24', nat: '10.9.8.0/24' })).toEqual(both);
  });

  test('lets two networks change places, and back', () => {
    const swapped = renumbered({ nat: '10.0.100.0/24', internal: '192.168.1.0/24' });
    expect(swapped.dhcp.router).toBe('192.168.1.200');
    expect(swapped.vrrp.instances[0]?.virtualAddresses).toEqual(['10.0.100.200', '10.0.100.202']);
    expect(renumbered({ nat: '192.168.1.0/24', internal: '10.0.100.0/24' }, swapped)).toEqual(tfg);
  });

  test('leaves secrets, the document and MAC addresses alone', () => {
    const source = { ...tfg.source, title: 'About 10.0.100.1' };
    const vrrp = { ...tfg.vrrp, authentication: { type: 'PASS' as const, password: '10.0.100' } };
    const there = renumbered({ internal: '10.0.101.0/24' }, { ...tfg, source, vrrp });
    expect(there.source).toEqual(source);
    expect(there.vrrp.authentication).toEqual(vrrp.authentication);
    expect(there.nodes.map(({ interfaces }) => interfaces.map(({ mac }) => mac))).toEqual(
      tfg.nodes.map(({ interfaces }) => interfaces.map(({ mac }) => mac)),
    );
  });

  test.each<[string, Record<string, string>, string]>([
    ['an unknown network', { nta: '10.1.0.0/24' }, 'networks.nta: There is no network "nta". Did you mean "nat"?'],
    [
      'another length',
      { nat: '10.1.0.0/16' },
      'Expected a prefix of 24 bits as 192.168.1.0/24 has, found 10.1.0.0/16.',
    ],
    ['a host', { nat: '10.1.0.5/24' }, "Expected a network's own address, 10.1.0.0/24, found 10.1.0.5/24."],
    ['no network', { nat: '10.1.300.0/24' }, 'Expected a network like 192.168.77.0/24, found "10.1.300.0/24".'],
    ['a network that stays', { nat: '10.0.100.0/24' }, 'found 10.0.100.0/24, which overlaps "internal".'],
    ['the same place twice', { nat: '10.5.5.0/24', internal: '10.5.5.0/24' }, 'networks.internal.cidr: Expected a'],
    ['loopback', { nat: '127.0.1.0/24' }, 'Expected a network that hosts may have'],
    ['a public resolver', { nat: '8.8.8.0/24' }, 'Expected a network without 8.8.8.8, which is outside'],
  ])('refuses %s', (_, changes, message) => {
    const found = problemsOf(changes);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });
});

describe('Addresses in a text', () => {
  const moves = [
    { from: parseCidr('10.0.100.0/24'), to: parseCidr('172.20.3.0/24') },
    { from: parseCidr('192.168.0.0/23'), to: parseCidr('10.7.2.0/23') },
  ];

  test.each([
    ['ask 10.0.100.1.', 'ask 172.20.3.1.'],
    ['http://10.0.100.202:80/', 'http://172.20.3.202:80/'],
    ['192.168.1.255 and 192.168.0.0/23, not 192.168.2.1', '10.7.3.255 and 10.7.2.0/23, not 192.168.2.1'],
    ['1.10.0.100.1, v10.0.100.1 and 10.0.100.1.5', '1.10.0.100.1, v10.0.100.1 and 10.0.100.1.5'],
    ['10.0.100.1234 is no address', '10.0.100.1234 is no address'],
    ['7.100.0.10.in-addr.arpa. 100.0.10.in-addr.arpa', '7.3.20.172.in-addr.arpa. 3.20.172.in-addr.arpa'],
    ['0.10.in-addr.arpa holds others, too', '0.10.in-addr.arpa holds others, too'],
    ['158.42.4.23', '158.42.4.23'],
  ])('%s', (before, after) => {
    expect(movedText(before, moves)).toBe(after);
  });
});

describe('A free network', () => {
  test.each<[string, string[], string | undefined]>([
    ['192.168.1.0/24', [], '192.168.2.0/24'],
    ['192.168.1.0/24', ['192.168.2.17/24', '192.168.4.0/22'], '192.168.3.0/24'],
    ['192.168.55.0/24', [], '192.168.64.0/24'],
    ['192.168.255.0/24', ['192.168.0.1/24'], '192.168.1.0/24'],
    ['192.168.1.0/24', ['192.168.0.0/16'], '172.16.0.0/24'],
    ['10.0.100.0/24', ['10.0.0.0/8'], '192.168.0.0/24'],
    ['203.0.113.0/24', [], '192.168.0.0/24'],
    ['10.0.0.0/8', [], undefined],
    ['172.16.0.0/16', ['10.0.0.0/8'], '172.18.0.0/16'],
  ])('after %s, with %j taken', (cidr, taken, free) => {
    expect(freeNetwork(cidr, taken)).toBe(free);
  });

  test("for several of a testbed is none of the others', nor outside", () => {
    expect(freeNetworksFor(tfg, ['nat', 'internal'], ['192.168.1.30/24', '10.0.0.0/8'])).toEqual({
      nat: '192.168.2.0/24',
      internal: '192.168.0.0/24',
    });
    const outside = { ...tfg.outsideWorld, resolvers: ['192.168.2.53'] };
    expect(freeNetworksFor({ ...tfg, outsideWorld: outside }, ['nat'], [])).toEqual({ nat: '192.168.3.0/24' });
  });
});

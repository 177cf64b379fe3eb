import { describe, expect, test } from 'vitest';
import { loadTestbed } from '../../load.ts';
import type { ResolvedTestbed } from '../../resolved.ts';
import { checkMachineLab } from './check-values.ts';
import { machineLab } from './machines.ts';
import { exportOptionsSchema } from './options.ts';
import type { ExportOptions } from './options.ts';

const loaded = await loadTestbed('tfg');
if (loaded.kind !== 'loaded') throw new Error(JSON.stringify(loaded));
const tfg = loaded.testbed;

function messages(change: (testbed: ResolvedTestbed) => void, wishes: Partial<ExportOptions> = {}): string[] {
  const testbed = structuredClone(tfg);
  change(testbed);
  const options = exportOptionsSchema.parse(wishes);
  return checkMachineLab(machineLab(testbed, options), options.box).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );
}

const nodeOf = (testbed: ResolvedTestbed, name: string) => testbed.nodes.find((node) => node.name === name)!;

test.each(['debian', 'ubuntu', 'mine/own', 'lab/bookworm'])('The TFG on %s has nothing wrong with it', (box) => {
  expect(messages(() => undefined, { box })).toEqual([]);
  expect(messages(() => undefined, { box, internet: 'stand-in' })).toEqual([]);
});

describe('Wrong values are told with their place and what was found', () => {
  test.each<[string, (testbed: ResolvedTestbed) => void, string]>([
    [
      'an octet above 255',
      (testbed) => void (nodeOf(testbed, 'nas').interfaces[0]!.address = '10.0.100.300'),
      'nodes.nas.interfaces.0.address: Expected four numbers from 0 to 255 with dots between; found "10.0.100.300".',
    ],
    [
      'an address of another network',
      (testbed) => void (nodeOf(testbed, 'nas').interfaces[0]!.address = '10.0.101.100'),
      'nodes.nas.interfaces.0.address: Expected a host\'s address in 10.0.100.0/24; found "10.0.101.100".',
    ],
    [
      "the broadcast's address",
      (testbed) => void (nodeOf(testbed, 'nas').interfaces[0]!.address = '10.0.100.255'),
      'nodes.nas.interfaces.0.address: Expected a host\'s address in 10.0.100.0/24; found "10.0.100.255".',
    ],
    [
      'an address that is taken',
      (testbed) => void (nodeOf(testbed, 'nas').interfaces[0]!.address = '10.0.100.2'),
      'nodes.web1.interfaces.0.address: Expected the address 10.0.100.2 once, found it at nas eth1 and at web1 eth1.',
    ],
    [
      'a MAC address of eleven digits',
      (testbed) => void (nodeOf(testbed, 'web1').interfaces[0]!.mac = '08:00:27:01:01:2'),
      'nodes.web1.interfaces.0.mac: Expected six pairs of hexadecimal digits with colons between; found "08:00:27:01:01:2".',
    ],
    [
      "a group's MAC address",
      (testbed) => void (nodeOf(testbed, 'web1').interfaces[0]!.mac = '01:00:5e:00:00:12'),
      'nodes.web1.interfaces.0.mac: Expected the address of one adapter (first octet even, not all zero); found "01:00:5e:00:00:12".',
    ],
    [
      'a MAC address that is taken, in capitals',
      (testbed) => void (nodeOf(testbed, 'nas').interfaces[0]!.mac = '08:00:27:D7:13:EC'),
      'nodes.master.interfaces.0.mac: Expected the MAC address 08:00:27:d7:13:ec once, found it at nas eth1 and at master eth1.',
    ],
    [
      'memory in words',
      (testbed) => void (nodeOf(testbed, 'client').machine.memory = Number.NaN),
      'nodes.client.machine.memory: Expected a whole number of megabytes from 64 to 1048576; found null.',
    ],
    [
      'a name with an underscore',
      (testbed) => void (nodeOf(testbed, 'client').name = 'the_client'),
      'nodes.the_client: Expected a host name of lower-case letters, digits and inner hyphens; found "the_client".',
    ],
    [
      'a network that is not there',
      (testbed) => void (nodeOf(testbed, 'client').interfaces[0]!.network = 'nta'),
      'nodes.client.interfaces.0.network: Expected the name of a network for client; found "nta".',
    ],
    [
      'an MTU that no adapter has',
      (testbed) => void (testbed.networks[1]!.mtu = 65000),
      'networks.internal.mtu: Expected a whole number from 576 to 9216; found 65000.',
    ],
    [
      'a prefix without room for hosts',
      (testbed) => void (testbed.networks[1]!.cidr = '10.0.100.0/31'),
      'networks.internal.cidr: Expected a network like 10.0.100.0/24, with a prefix of 8 to 30 bits; found "10.0.100.0/31".',
    ],
    [
      "another gateway than the NAT network's own",
      (testbed) => void (nodeOf(testbed, 'client').interfaces[0]!.gateway = '192.168.1.254'),
      'nodes.client.interfaces.0.gateway: Expected 192.168.1.1, the gateway of the NAT network 192.168.1.0/24; found "192.168.1.254". Or let the testbed’s own node stand in for the Internet (--internet stand-in).',
    ],
  ])('%s', (_, change, message) => {
    expect(messages(change)).toContain(message);
  });

  test.each([
    ['lab', { lab: 'Two words' }, "lab: Expected a lab's name:"],
    ['box', { box: '../box' }, 'box: Expected debian, ubuntu or the name of a box'],
    ['box with a quote', { box: 'a"b' }, 'box: Expected debian, ubuntu or the name of a box'],
  ])('a %s of no use', (_, wishes, beginning) => {
    expect(messages(() => undefined, wishes)).toEqual([expect.stringContaining(beginning)]);
  });

  test('more interfaces than VirtualBox has adapters', () => {
    const found = messages((testbed) => {
      const node = nodeOf(testbed, 'client');
      const [first] = node.interfaces;
      node.interfaces = Array.from({ length: 8 }, (_, index) => ({
        ...first!,
        name: `eth${index}`,
        mac: `08:00:27:00:00:0${index}`,
        address: `192.168.1.${20 + index}`,
      }));
    });
    expect(found).toEqual(['nodes.client.interfaces: Expected at most 7 interfaces; found 8.']);
  });
});

test('With a stand-in, any node may be the gateway', () => {
  const change = (testbed: ResolvedTestbed): void => {
    nodeOf(testbed, 'client').interfaces[0]!.gateway = '192.168.1.254';
  };
  expect(messages(change, { internet: 'stand-in' })).toEqual([]);
});

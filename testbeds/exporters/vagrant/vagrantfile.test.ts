import { describe, expect, test } from 'vitest';
import { loadTestbed } from '../../load.ts';
import type { ResolvedTestbed } from '../../resolved.ts';
import { exportOptionsSchema } from './options.ts';
import type { ExportOptions } from './options.ts';
import { planMachines, vagrantfile } from './vagrantfile.ts';
import type { Provisioners } from './vagrantfile.ts';

const loaded = await loadTestbed('tfg');
if (loaded.kind !== 'loaded') throw new Error(JSON.stringify(loaded));
const tfg = loaded.testbed;

type Wishes = Partial<ExportOptions>;

function plan(wishes: Wishes = {}, testbed: ResolvedTestbed = tfg) {
  const result = planMachines(testbed, exportOptionsSchema.parse(wishes));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.lab;
}

function textOf(wishes: Wishes = {}, provisioners?: Provisioners): string {
  return vagrantfile(plan(wishes), provisioners);
}

/** The lines of one machine's block. */
function blockOf(text: string, node: string): string {
  const from = text.indexOf(`config.vm.define "${node}"`);
  return text.slice(from, text.indexOf('\n  end\n', from));
}

describe('The machines', () => {
  test('come in the order in which they need each other', () => {
    expect(plan().machines.map(({ node }) => node.name)).toEqual([
      ...['nas', 'master', 'standby', 'web1', 'web2', 'web3', 'dns1', 'dns2', 'dns3', 'client'],
    ]);
  });

  test('are called LAB-NODE, so that labs can be side by side', () => {
    const text = textOf({ lab: 'tuesday' });
    expect(blockOf(text, 'web1')).toContain('vb.name = "tuesday-web1"');
    expect(text).toContain('lv.default_prefix = "tuesday-"');
    expect(text).toContain('virtualbox__intnet: "tuesday-internal"');
    expect(text).toContain('libvirt__network_name: "tuesday-nat"');
    expect(text).not.toMatch(/"tfg-/);
  });

  test('have the interfaces of the testbed one further, with its MAC addresses and MTU', () => {
    const master = plan().machines.find(({ node }) => node.name === 'master');
    expect(master?.adapters).toMatchObject([
      { number: 2, name: 'eth1', mac: '08:00:27:d7:13:ec', address: '192.168.1.101', network: { name: 'nat' } },
      { number: 3, name: 'eth2', address: '10.0.100.1', network: { name: 'internal', mtu: 9000 } },
    ]);
    expect(blockOf(textOf(), 'master')).toContain('"--macaddress2", "080027D713EC"');
  });

  test("have the document's memory where the box allows it, and a reason where not", () => {
    const memories = (box: string) => plan({ box }).machines.map(({ memory }) => memory);
    expect(memories('lab/bookworm')).toEqual([256, 1024, 1024, 256, 256, 256, 256, 256, 256, 1024]);
    expect(memories('debian')).toEqual([512, 1024, 1024, 512, 512, 512, 512, 512, 512, 1024]);
    expect(textOf({ box: 'debian' })).toContain('# Memory: 256 MB in the testbed. Debian 13 asks for 512 MB');
    expect(textOf({ box: 'lab/bookworm' })).not.toContain('# Memory');
  });
});

describe('What is behind the NAT network', () => {
  test('is VirtualBox or libvirt, by default; nobody stands in for the Internet', () => {
    const text = textOf();
    expect(text).not.toContain('"internet"');
    expect(blockOf(text, 'client')).toContain('"--nic2", "natnetwork", "--nat-network2", "tfg-nat"');
    expect(blockOf(text, 'client')).toContain('libvirt__forward_mode: "nat"');
    expect(text).toContain('["natnetwork", "add", "--netname", "tfg-nat", "--network", "192.168.1.0/24"');
  });

  test("is the testbed's own node on request, in a network that has no way out", () => {
    const text = textOf({ internet: 'stand-in' });
    expect(blockOf(text, 'internet')).toContain('virtualbox__intnet: "tfg-nat"');
    expect(text).not.toMatch(/natnetwork|forward_mode: "nat"|trigger/);
  });
});

describe('A provider', () => {
  test('appears alone when it was asked for alone', () => {
    expect(textOf({ provider: 'virtualbox' })).not.toMatch(/libvirt|lv\./);
    expect(textOf({ provider: 'libvirt' })).not.toMatch(/virtualbox|vb\./i);
  });

  test('gets the box that there is for it', () => {
    expect(textOf()).toContain('override.vm.box = "bento/debian-13"');
    expect(textOf()).toContain('override.vm.box = "debian/trixie64"');
    expect(textOf({ box: 'mine/own' }).match(/override\.vm\.box = "mine\/own"/g)).toHaveLength(2);
  });
});

test('Provisioners are named where there are any; otherwise the machines are bare', () => {
  expect(textOf()).not.toContain('node.vm.provision');
  const text = textOf(
    {},
    new Map([
      [
        'web1',
        [
          { kind: 'file', source: 'director/director', destination: '/tmp/x' },
          { kind: 'shell', name: 'web1', path: 'provision/web1.sh' },
        ],
      ],
    ]),
  );
  expect(blockOf(text, 'web1')).toContain(
    `node.vm.provision "file", source: "director/director", destination: "/tmp/x"
    node.vm.provision "shell", name: "web1", path: "provision/web1.sh"`,
  );
  expect(blockOf(text, 'web2')).not.toContain('provision');
});

test('Texts of the testbed cannot leave their places', () => {
  const evil = '"#{`id`}"\nsystem("id")';
  const nodes = tfg.nodes.map((node) => ({ ...node, title: { en: evil, es: evil, gl: evil } }));
  const text = vagrantfile(plan({}, { ...tfg, nodes, title: { en: evil, es: '', gl: '' } }));
  expect(text.split('\n').filter((line) => /^\s*system/.test(line))).toEqual([]);
  expect(text).toContain(String.raw`lv.description = "Lab tfg: \"\#{` + '`id`' + String.raw`}\"\nsystem(\"id\")"`);
});

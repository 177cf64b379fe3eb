import { assign, block, call, comment, condition } from './lines.ts';
import type { Lines } from './lines.ts';
import type { Adapter, Machine, MachineLab, MachineNetwork } from './machines.ts';
import { hash, ruby, symbol } from './ruby.ts';
import type { RubyValue } from './ruby.ts';

/** Everything that is VirtualBox's alone. It has never been run on a real one: docs/virtualbox.md lists what to look at. */

/**
 * Intel PRO/1000 MT Desktop, as in the document (section 3.1 of the TFG). VirtualBox's manual (chapter "Virtual Networking
 * Hardware") promises frames above 1500 octets for its Intel adapters only.
 */
const ADAPTER_TYPE = '82540EM';

export function virtualBoxDefaults(lab: MachineLab): Lines {
  return [
    ...block(
      'config.vm.provider "virtualbox"',
      ['vb', 'override'],
      [
        assign('override.vm.box', lab.box.names.virtualbox),
        ...comment("One copy of the box's disk for all machines; each keeps only what it changes."),
        assign('vb.linked_clone', true),
        assign('vb.cpus', 1),
        ...comment('Intel PRO/1000: the adapter of VirtualBox that carries frames above 1500 octets.'),
        assign('vb.default_nic_type', ADAPTER_TYPE),
      ],
    ),
    ...lab.networks.filter(({ nat }) => nat).flatMap(natNetworkTriggers),
  ];
}

export function virtualBoxMachine(lab: MachineLab, { node, label, memory, adapters }: Machine): Lines {
  return block(
    'node.vm.provider "virtualbox"',
    ['vb', 'override'],
    [
      assign('vb.name', label),
      assign('vb.memory', memory),
      ...(node.machine.processors === undefined ? [] : [assign('vb.cpus', node.machine.processors)]),
      customize('--description', `Lab ${lab.name}: ${node.title.en}`),
      ...adapters.flatMap((adapter) => [...comment(describe(adapter)), network(adapter)]),
    ],
  );
}

/** With the address where VirtualBox is not told it: for whoever reads the file, and for the import. */
function describe({ name, network: { name: network, nat }, address }: Adapter): string {
  return nat ? `${name}: ${network}, ${address}` : `${name}: ${network}`;
}

function network(adapter: Adapter): string {
  const { number, network: target, address, netmask } = adapter;
  const mac = bareMac(adapter.mac);
  if (target.nat) {
    return customize(
      ...[`--nic${number}`, 'natnetwork', `--nat-network${number}`, target.label],
      ...[`--nictype${number}`, ADAPTER_TYPE, `--macaddress${number}`, mac, `--cableconnected${number}`, 'on'],
    );
  }
  return call(
    'override.vm.network',
    'private_network',
    hash({
      adapter: number,
      ip: address,
      netmask,
      mac,
      nic_type: ADAPTER_TYPE,
      auto_config: false,
      virtualbox__intnet: target.label,
    }),
  );
}

function customize(...words: readonly RubyValue[]): string {
  return call('vb.customize', ['modifyvm', symbol('id'), ...words]);
}

/** VBoxManage takes twelve digits without colons. */
function bareMac(mac: string): string {
  return mac.replaceAll(':', '').toUpperCase();
}

/**
 * Vagrant has no word for NAT networks. One is made before the first machine starts, noted beside Vagrant's own notes, and
 * removed after the last machine is gone, if the note says that it was made here.
 */
function natNetworkTriggers({ label, cidr }: MachineNetwork): Lines {
  const note = `note = env.local_data_path.join(${ruby(`nat-network-${label}`)})`;
  const driver = 'driver = machine.provider.driver';
  const add = ['natnetwork', 'add', '--netname', label, '--network', cidr, '--enable', '--dhcp', 'off'];
  return [
    '',
    ...comment(`VirtualBox's NAT network ${label}: made before the first machine starts …`),
    ...trigger('before :up, :reload', [
      driver,
      note,
      `names = driver.execute_command(["list", "natnets"]).lines.grep(/\\A(?:Network)?Name:/)`,
      ...condition(`names.none? { |line| line.split(":", 2).last.strip == ${ruby(label)} }`, [
        'note.write("made for this folder\\n")',
        `driver.execute_command(${ruby(add)})`,
      ]),
    ]),
    ...comment('… and removed after the last one is destroyed.'),
    ...trigger('after :destroy', [
      note,
      ...condition('note.exist? && env.active_machines.none? { |_name, provider| provider == :virtualbox }', [
        `machine.provider.driver.execute_command(${ruby(['natnetwork', 'remove', '--netname', label])})`,
        'note.delete',
      ]),
    ]),
  ];
}

function trigger(when: string, body: Lines): Lines {
  const guarded = condition('machine.provider_name == :virtualbox', body);
  return block(`config.trigger.${when}`, ['trigger'], block('trigger.ruby', ['env', 'machine'], guarded));
}

export function describeVirtualBoxNetwork({ nat }: MachineNetwork): string {
  return nat ? 'a NAT network of VirtualBox; VirtualBox is its gateway' : 'an internal network of VirtualBox';
}
